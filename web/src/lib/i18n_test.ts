import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorSentence, isSentence, languages, preferredLanguage, sentence, sentences } from './i18n';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('sentences', () => {
  it('take the same values in both languages', () => {
    for (const [key, texts] of Object.entries(sentences)) {
      expect(placeholders(texts.ko), key).toEqual(placeholders(texts.en));
    }
  });

  it('say something in both languages', () => {
    for (const [key, texts] of Object.entries(sentences)) {
      for (const language of languages) expect(texts[language].trim(), `${key} ${language}`).not.toBe('');
    }
  });

  it('put values where they belong and leave what they were not given', () => {
    expect(sentence('en', 'flash.exact', { confirmed: '100', refused: '9,900', ms: '3,210' })).toBe('Exactly 100 confirmed, 9,900 refused, 3,210 ms.');
    expect(sentence('ko', 'flash.exact', { confirmed: 0, refused: '', ms: 1 })).toBe('정확히 0건 확정, 건 거절, 1 ms.');
    expect(sentence('en', 'shop.left')).toBe('{count} left');
  });

  it('know every code of the contract', () => {
    const codes =
      'malformed invalid unauthorized forbidden not_found email_taken out_of_stock payment_declined invalid_transition idempotency_in_progress idempotency_key_reused version_mismatch too_large unsupported_media_type rate_limited unavailable payment_required network timeout';
    for (const code of codes.split(' ')) {
      expect(isSentence(`error.${code}`), code).toBe(true);
      expect(errorSentence('ko', code)).not.toBe(errorSentence('ko', 'unexpected'));
    }
  });

  it('answer a code they have never heard of with the general sentence', () => {
    expect(errorSentence('en', 'brand_new')).toBe(sentences['error.unexpected'].en);
    expect(errorSentence('en', 'reference')).not.toBe('');
    expect(isSentence('toString')).toBe(false);
  });

  it('are all used by a page', () => {
    const source = (folder: string): string =>
      readdirSync(folder, { withFileTypes: true })
        .map((entry) => {
          const path = `${folder}/${entry.name}`;
          if (entry.isDirectory()) return source(path);
          return /\.(svelte|ts)$/.test(entry.name) && !/(_test|^i18n)\.ts$/.test(entry.name) ? readFileSync(path, 'utf8') : '';
        })
        .join('\n');
    const text = source(fileURLToPath(new URL('..', import.meta.url)));
    const byParts = ['saga.step.', 'saga.state.', 'saga.outcome.', 'orders.status.'];
    const unused = Object.keys(sentences).filter(
      (key) => !text.includes(`'${key}'`) && !key.startsWith('error.') && !byParts.some((part) => key.startsWith(part) && text.includes('`' + part)),
    );
    expect(unused).toEqual([]);
  });
});

describe('language', () => {
  it('is the first that the browser wants and we speak', () => {
    expect(preferredLanguage(['ko-KR', 'en'])).toBe('ko');
    expect(preferredLanguage(['fr', 'EN-gb', 'ko'])).toBe('en');
    expect(preferredLanguage(['kok', 'ja'])).toBe('en');
    expect(preferredLanguage([])).toBe('en');
  });
});
