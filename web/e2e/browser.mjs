// What the browser tests stand on: Debian's chromium, and a server: the one at JANGTEO_URL, else the mock on a free port.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startMock } from '../mock/server.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Why the browser tests cannot run here, or null. Where CI is set they must run, so nothing is excused.
export function missing() {
  if (process.env.CI || existsSync(executablePath)) return null;
  return `no browser at ${executablePath} (apt-get install chromium)`;
}

export function launch() {
  if (!existsSync(fileURLToPath(new URL('../dist/index.html', import.meta.url)))) throw new Error('dist/ is missing: npm run build first');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

export async function startServer() {
  const real = process.env.JANGTEO_URL;
  return real ? { url: real.replace(/\/$/, ''), stop: async () => {} } : startMock();
}

// A page that fails the test on any script error, and on any request that leaves the server.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', colorScheme: 'light', viewport: { width: 1440, height: 900 }, reducedMotion: 'no-preference', ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(`left the server: ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}
