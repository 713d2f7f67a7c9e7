// What the reader chose: language and theme. Remembered in the browser; the default is what the browser asks for.

import { locales, preferredLanguage, sentence, type Language, type SentenceKey, type SentenceValues } from './i18n';
import { formatMoney, type Money } from './money';

export type Theme = 'light' | 'dark';

// Storage can be switched off; the page then forgets, and nothing else.
function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}

function firstLanguage(): Language {
  const chosen = remembered('jangteo.language');
  return chosen === 'ko' || chosen === 'en' ? chosen : preferredLanguage(navigator.languages);
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');

function firstTheme(): Theme | null {
  const chosen = remembered('jangteo.theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : null;
}

const choice = $state<{ language: Language; theme: Theme | null; systemDark: boolean }>({
  language: firstLanguage(),
  theme: firstTheme(),
  systemDark: systemDark.matches,
});

systemDark.addEventListener('change', () => (choice.systemDark = systemDark.matches));

export const preferences = {
  get language(): Language {
    return choice.language;
  },
  set language(language: Language) {
    choice.language = language;
    remember('jangteo.language', language);
    applyPreferences();
  },
  get theme(): Theme {
    return choice.theme ?? (choice.systemDark ? 'dark' : 'light');
  },
  set theme(theme: Theme) {
    choice.theme = theme;
    remember('jangteo.theme', theme);
    applyPreferences();
  },
  get locale(): string {
    return locales[choice.language];
  },
};

export function applyPreferences(): void {
  document.documentElement.lang = choice.language;
  if (choice.theme) document.documentElement.dataset.theme = choice.theme;
  else delete document.documentElement.dataset.theme;
}

export function t(key: SentenceKey, values?: SentenceValues): string {
  return sentence(choice.language, key, values);
}

export function money(value: Money): string {
  return formatMoney(value, preferences.locale);
}

const formatters = new Map<string, Intl.NumberFormat>();

export function count(value: number, digits = 0): string {
  const key = `${preferences.locale} ${digits}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(preferences.locale, { maximumFractionDigits: digits, minimumFractionDigits: digits });
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}

// Milliseconds with as many decimals as still mean something.
export function milliseconds(value: number): string {
  return count(value, value < 10 ? 1 : 0);
}

// 0.9999 is 99.99 %, never rounded up to a level that was not reached.
export function percent(share: number, digits: number): string {
  const scale = 10 ** (digits + 2);
  return `${count(Math.floor(share * scale + 1e-9) / 10 ** digits, digits)}%`;
}

// The reader's own hours, minutes and seconds.
export function clock(at: string): string {
  const local = new Date(at);
  return [local.getHours(), local.getMinutes(), local.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
