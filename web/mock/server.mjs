// A stand-in for the server, for working on the pages without the binary: the contract of the page with made-up numbers.
// No dependencies. `node mock/server.mjs [--port N] [--no-demo] [--empty]`; serves dist/ when it is built.
// It keeps nothing on disk and promises nothing about stock under real concurrency: the binary's own tests do that.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dirname, extname, join, normalize } from 'node:path';
import { contract } from './contract.mjs';
import { goods } from './goods.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.webp': 'image/webp' };
const orders_max = 20_000;

let next = 1;
const id = (prefix) => `${prefix}_${(Date.now().toString(16) + (next++).toString(16).padStart(20, '0')).slice(0, 32)}`;

function problem(response, status, code, detail, more = {}) {
  const body = { type: 'about:blank', title: code.replace(/_/g, ' '), status, code, detail, errors: [], requestId: id('req'), retryable: status >= 500, ...more };
  response.writeHead(status, { 'Content-Type': 'application/problem+json' });
  response.end(JSON.stringify(body));
}

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Server-Timing': 'queue;dur=0.04, db;dur=0.31, fsync;dur=0.92, queries;desc="7"', ...headers });
  response.end(JSON.stringify(body));
}

export function startMock({ port = 0, demo = true, empty = false, step_ms = 12 } = {}) {
  const products = empty ? [] : goods.map((good, index) => ({
    id: `prd_${String(index + 1).padStart(4, '0')}`, sku: `SKU-${index + 1}`, ...good, image: null,
    createdAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(), stock: { available: good.available ?? 100_000 },
  }));
  for (const product of products) delete product.available;
  const orders = new Map();
  const keys = new Map();
  const streams = new Set();
  const timers = new Set();
  let declinePercent = 0;
  let requests = 0;
  let errors = 0;
  const counts = { placed: 0, confirmed: 0, rejected: 0, cancelled: 0 };
  let revenue = 0;
  let last = { placed: 0, revenue: 0 };
  let pushedThisSecond = 0;
  let flashSale = { state: 'idle', productId: null, buyers: 0, pieces: 0, confirmed: 0, refused: 0, failed: 0, elapsedMs: 0 };

  const later = (delay_ms, callback) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      callback();
    }, delay_ms);
    timers.add(timer);
  };
  const push = (event, data) => {
    for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const pushOrder = (order) => {
    if (pushedThisSecond++ < 10) push('order', { id: order.id, status: order.status, total: order.total, product: order.product, at: new Date().toISOString() });
  };

  function place(product, token) {
    const started = performance.now();
    const order = {
      id: id('ord'), status: 'pending', total: product.price, product: product.name, items: [{ productId: product.id, quantity: 1 }],
      createdAt: new Date().toISOString(), timeline: [], saga: { state: 'running' },
    };
    const note = (event) => order.timeline.push({ at: new Date().toISOString(), event, elapsedMs: Math.round((performance.now() - started) * 10) / 10 });
    note('order.pending');
    if (orders.size < orders_max) orders.set(order.id, order);
    product.stock.available--;
    counts.placed++;
    const declined = token === 'tok_declined' || Math.random() * 100 < declinePercent;
    const steps = declined ? ['stock.reserved', 'payment.declined', 'stock.released', 'order.rejected'] : ['stock.reserved', 'payment.authorized', 'order.confirmed', 'stock.committed', 'payment.captured'];
    const advance = () => {
      const event = steps.shift();
      note(event);
      if (event === 'payment.declined') order.saga.state = 'compensating';
      if (event === 'stock.released') product.stock.available++;
      if (event === 'order.confirmed' || event === 'order.rejected') {
        order.status = event.slice(6);
        counts[order.status]++;
        if (order.status === 'confirmed') revenue += order.total.amount;
        pushOrder(order);
      }
      if (steps.length === 0) order.saga.state = declined ? 'compensated' : 'completed';
      else later(step_ms * (0.4 + Math.random()), advance);
    };
    later(step_ms, advance);
    return order;
  }

  function runFlashSale(buyers, pieces) {
    const started = performance.now();
    flashSale = { state: 'running', productId: products[0]?.id ?? null, buyers, pieces, confirmed: 0, refused: 0, failed: 0, elapsedMs: 0 };
    const advance = () => {
      const batch = Math.min(Math.ceil(buyers / 25), buyers - flashSale.confirmed - flashSale.refused);
      const sold = Math.min(Math.ceil(pieces / 12), pieces - flashSale.confirmed, batch);
      flashSale.confirmed += sold;
      flashSale.refused += batch - sold;
      requests += batch;
      counts.placed += sold;
      counts.confirmed += sold;
      revenue += sold * 9900;
      flashSale.elapsedMs = Math.round(performance.now() - started);
      if (flashSale.confirmed + flashSale.refused >= buyers) flashSale.state = 'done';
      else later(90, advance);
    };
    later(90, advance);
  }

  let wave = 0;
  const tick = () => {
    wave += 0.13;
    const shoppers = Math.round(160 + 60 * Math.sin(wave) + Math.random() * 40);
    for (let shopper = 0; demo && products.length > 0 && shopper < 3; shopper++) place(products[Math.floor(Math.random() * products.length)], 'tok_ok');
    const p95Ms = 3 + 1.5 * Math.sin(wave * 1.7) + Math.random();
    push('tick', {
      at: new Date().toISOString(), requestsPerSecond: requests + (demo ? shoppers * 8 : 0), errorsPerSecond: errors, p50Ms: p95Ms / 3, p95Ms, p99Ms: p95Ms * 2.4,
      ordersPerSecond: counts.placed - last.placed, orders: { ...counts }, revenue: { amount: revenue, currency: 'KRW' },
      revenuePerSecond: { amount: revenue - last.revenue, currency: 'KRW' }, cacheHitRate: 0.983, connections: 12 + streams.size, availability: 0.99994,
    });
    requests = 0;
    errors = 0;
    pushedThisSecond = 0;
    last = { placed: counts.placed, revenue };
  };
  const ticker = setInterval(tick, 1000);

  async function body(request) {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
      if (text.length > 100_000) throw new Error('too large');
    }
    return JSON.parse(text);
  }

  const demoView = () => ({ declinePercent, shoppers: 20, accounts: [{ email: 'owner@demo.example', role: 'owner' }, { email: 'buyer@demo.example', role: 'customer' }], flashSale });

  async function handle(request, response) {
    const url = new URL(request.url, 'http://mock');
    const route = `${request.method} ${url.pathname}`;
    requests++;
    if (route === 'GET /api/products') {
      const limit = Math.max(1, Math.min(100, Number(url.searchParams.get('limit') ?? 20)));
      const from = Number(Buffer.from(url.searchParams.get('cursor') ?? '', 'base64url').toString() || 0);
      const data = products.slice(from, from + limit);
      const hasMore = from + limit < products.length;
      return answer(response, 200, { data, hasMore, nextCursor: hasMore ? Buffer.from(String(from + limit)).toString('base64url') : null });
    }
    if (request.method === 'GET' && url.pathname.startsWith('/api/products/')) {
      const product = products.find((candidate) => candidate.id === url.pathname.slice('/api/products/'.length));
      return product ? answer(response, 200, product) : problem(response, 404, 'not_found', 'no such product');
    }
    if (route === 'POST /api/orders') {
      const key = request.headers['idempotency-key'];
      const wanted = await body(request);
      if (key && keys.has(key)) return answer(response, 201, keys.get(key), { 'Idempotent-Replayed': 'true' });
      const product = products.find((candidate) => candidate.id === wanted.items?.[0]?.productId);
      if (!product) return problem(response, 422, 'invalid', 'unknown product');
      if (product.stock.available <= 0) return problem(response, 409, 'out_of_stock', 'requested 1, available 0');
      const order = place(product, wanted.payment?.token);
      const placed = { id: order.id, status: 'pending', items: order.items, total: order.total, createdAt: order.createdAt, links: { self: `/api/orders/${order.id}?token=guest` } };
      if (key) keys.set(key, placed);
      return answer(response, 201, placed, { Location: placed.links.self });
    }
    if (request.method === 'GET' && url.pathname.startsWith('/api/orders/')) {
      const order = orders.get(url.pathname.slice('/api/orders/'.length));
      if (!order || url.searchParams.get('token') !== 'guest') return problem(response, 404, 'not_found', 'no such order');
      return answer(response, 200, order);
    }
    if (route === 'GET /api/live') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write(': hello\n\n');
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    if (url.pathname.startsWith('/api/demo') && !demo) return problem(response, 404, 'not_found', 'not in demo mode');
    if (route === 'GET /api/demo') return answer(response, 200, demoView());
    if (route === 'POST /api/demo/flash-sale') {
      const { buyers, pieces } = await body(request);
      if (flashSale.state === 'running') return problem(response, 409, 'invalid_transition', 'a flash sale is running');
      runFlashSale(buyers, pieces);
      return answer(response, 202, flashSale);
    }
    if (route === 'PUT /api/demo/decline-rate') {
      declinePercent = (await body(request)).percent;
      return answer(response, 200, { percent: declinePercent });
    }
    if (route === 'GET /openapi.json') return answer(response, 200, contract);
    if (request.method !== 'GET') return problem(response, 404, 'not_found', 'no such route');

    const path = url.pathname === '/' ? '/index.html' : /^\/docs\/?$/.test(url.pathname) ? '/docs/index.html' : url.pathname;
    const file = normalize(join(dist, path));
    if (!file.startsWith(dist)) return problem(response, 404, 'not_found', 'no such file');
    try {
      const bytes = await readFile(file);
      response.writeHead(200, {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        // As strict as a server may be with the pages.
        'Content-Security-Policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      });
      response.end(bytes);
    } catch {
      problem(response, 404, 'not_found', 'no such file; is dist/ built?');
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      errors++;
      if (!response.headersSent) problem(response, 400, 'malformed', String(error));
    });
  });

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        port: server.address().port,
        sellOut: (productId) => {
          products.find((product) => product.id === productId).stock.available = 0;
        },
        stop: () =>
          new Promise((stopped) => {
            clearInterval(ticker);
            for (const timer of timers) clearTimeout(timer);
            server.close(() => stopped());
            server.closeAllConnections();
          }),
      });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--port');
  const mock = await startMock({
    port: at > 0 ? Number(process.argv[at + 1]) : 8090,
    demo: !process.argv.includes('--no-demo'),
    empty: process.argv.includes('--empty'),
  });
  console.log(`mock server at ${mock.url}`);
}
