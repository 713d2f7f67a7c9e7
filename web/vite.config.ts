// Two pages, one build: / (index.html) and /docs (docs/index.html). Everything they need lies in dist/assets under hashed
// names; nothing is inlined as a data URI, so a strict Content-Security-Policy of 'self' holds.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.JANGTEO_URL ?? 'http://127.0.0.1:8090';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        market: fileURLToPath(new URL('index.html', import.meta.url)),
        docs: fileURLToPath(new URL('docs/index.html', import.meta.url)),
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/images': server, '/openapi.json': server },
  },
  test: {
    include: ['src/**/*_test.ts', 'mock/**/*_test.ts'],
    environment: 'node',
  },
});
