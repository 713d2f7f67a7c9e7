// Money on the wire is {"amount", "currency"}: whole minor units and an ISO 4217 code. It is formatted from exact decimal
// text, never by division, so no amount that JSON carried exactly is shown rounded.

export interface Money {
  amount: number;
  currency: string;
}

// ISO 4217: currencies whose exponent is not 2. The browser's own table follows CLDR, which differs for some.
const exponents: Record<string, number> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0,
  XOF: 0, XPF: 0, BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4,
};

export function currencyExponent(currency: string): number {
  return exponents[currency] ?? 2;
}

// "1299" minor units with exponent 2 is "12.99".
export function decimalText(amount: number, exponent: number): string {
  const sign = amount < 0 ? '-' : '';
  const digits = BigInt(Math.abs(Math.trunc(amount))).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

const formatters = new Map<string, Intl.NumberFormat>();

export function formatMoney(money: Money, locale: string): string {
  const exponent = currencyExponent(money.currency);
  const text = decimalText(money.amount, exponent);
  const key = `${locale} ${money.currency}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    try {
      formatter = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency: money.currency,
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: exponent,
        maximumFractionDigits: exponent,
      });
    } catch {
      return `${text} ${money.currency}`;
    }
    formatters.set(key, formatter);
  }
  // Older browsers turn the text into a number first, which is exact up to 2^53 minor units.
  return formatter.format(text as unknown as number);
}
