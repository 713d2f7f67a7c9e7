import { describe, expect, it } from 'vitest';
import { currencyExponent, decimalText, formatMoney } from './money';

describe('money', () => {
  it('puts the decimal point where the currency has it', () => {
    expect(decimalText(1299, 2)).toBe('12.99');
    expect(decimalText(5, 2)).toBe('0.05');
    expect(decimalText(-5, 2)).toBe('-0.05');
    expect(decimalText(1299, 0)).toBe('1299');
    expect(decimalText(1299, 3)).toBe('1.299');
    expect(decimalText(0, 2)).toBe('0.00');
  });

  it('keeps every digit of the largest whole number that JSON carries exactly', () => {
    expect(decimalText(Number.MAX_SAFE_INTEGER, 2)).toBe('90071992547409.91');
  });

  it('knows the exponents that are not two', () => {
    expect(currencyExponent('KRW')).toBe(0);
    expect(currencyExponent('KWD')).toBe(3);
    expect(currencyExponent('USD')).toBe(2);
    expect(currencyExponent('IQD')).toBe(3);
  });

  it('shows won without and dollars with two decimals in either language', () => {
    expect(formatMoney({ amount: 1299, currency: 'KRW' }, 'ko-KR')).toBe('₩1,299');
    expect(formatMoney({ amount: 1299, currency: 'KRW' }, 'en-US')).toBe('₩1,299');
    expect(formatMoney({ amount: 129900, currency: 'USD' }, 'en-US')).toBe('$1,299.00');
    expect(formatMoney({ amount: 10999, currency: 'USD' }, 'ko-KR')).toBe('$109.99');
  });

  it('shows a currency it cannot name as the number and the code it was given', () => {
    expect(formatMoney({ amount: 1299, currency: '?' }, 'en-US')).toBe('12.99 ?');
  });
});
