// The client of the HTTP contract (api/openapi.yaml). Every failure, be it an answer in problem+json, a broken
// connection or a deadline, is an ApiError with a stable code that the page puts into the reader's words.

import type { Money } from './money';

export interface Product {
  id: string;
  sku: string;
  name: string;
  description: string;
  category: string;
  brand?: string;
  price: Money;
  stock: { available: number };
  image: string | null;
  createdAt: string;
}

export interface ProductPage {
  data: Product[];
  hasMore: boolean;
  nextCursor?: string | null;
}

export type PaymentToken = 'tok_ok' | 'tok_declined';

export interface PlacedOrder {
  id: string;
  status: string;
  total: Money;
  createdAt: string;
  links: { self: string };
}

export interface TimelineEvent {
  at: string;
  event: string;
  elapsedMs?: number;
}

export type SagaState = 'running' | 'completed' | 'compensating' | 'compensated' | 'stuck';

export interface Order {
  id: string;
  status: string;
  total: Money;
  timeline: TimelineEvent[];
  saga: { state: SagaState };
}

export interface FlashSale {
  state: 'idle' | 'running' | 'done';
  productId?: string | null;
  buyers: number;
  pieces: number;
  confirmed: number;
  refused: number;
  failed: number;
  elapsedMs: number;
}

export interface Demo {
  declinePercent: number;
  shoppers: number;
  accounts: { email: string; role: string }[];
  flashSale: FlashSale;
}

export interface ServerTiming {
  name: string;
  duration_ms?: number;
  description?: string;
}

export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string = '',
    readonly requestId: string = '',
    readonly retryable: boolean = false,
    // Where the problem is about an order that exists (a rejected one), the path to read it.
    readonly orderPath: string | null = null,
  ) {
    super(`${status} ${code}`);
    this.name = 'ApiError';
  }
}

export interface Answer<T> {
  body: T;
  timing: ServerTiming[];
  took_ms: number;
}

export const answerDeadline_ms = 15_000;

// Server-Timing: db;dur=0.4, queries;desc="7" (W3C Server Timing). Text that does not follow the form is passed over.
export function parseServerTiming(header: string | null): ServerTiming[] {
  if (!header) return [];
  const timings: ServerTiming[] = [];
  for (const metric of header.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const [name, ...parameters] = metric.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((part) => part.trim());
    if (!name || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) continue;
    const timing: ServerTiming = { name };
    for (const parameter of parameters) {
      const at = parameter.indexOf('=');
      const key = parameter.slice(0, at).trim().toLowerCase();
      const value = parameter.slice(at + 1).trim().replace(/^"(.*)"$/, '$1');
      if (key === 'dur' && Number.isFinite(Number(value))) timing.duration_ms = Number(value);
      if (key === 'desc') timing.description = value;
    }
    timings.push(timing);
  }
  return timings;
}

function problemOf(status: number, body: unknown): ApiError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof problem[key] === 'string' ? (problem[key] as string) : '');
  const links = problem.links as { self?: unknown } | undefined;
  const order = problem.order as { links?: { self?: unknown } } | undefined;
  const path = links?.self ?? order?.links?.self;
  return new ApiError(
    text('code') || (status === 503 ? 'unavailable' : status === 429 ? 'rate_limited' : 'unexpected'),
    status,
    text('detail'),
    text('requestId'),
    problem.retryable === true,
    typeof path === 'string' ? path : null,
  );
}

export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

export async function request<T>(fetch: Fetch, path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), answerDeadline_ms);
  const started_ms = performance.now();
  try {
    const response = await fetch(path, { ...init, signal: deadline.signal });
    const text = await response.text();
    const took_ms = performance.now() - started_ms;
    let body: unknown;
    try {
      body = text === '' ? null : JSON.parse(text);
    } catch {
      throw new ApiError('unexpected', response.status, text.slice(0, 200));
    }
    if (!response.ok) throw problemOf(response.status, body);
    return { body: body as T, timing: parseServerTiming(response.headers.get('Server-Timing')), took_ms };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(deadline.signal.aborted ? 'timeout' : 'network', 0, String(error), '', true);
  } finally {
    clearTimeout(timer);
  }
}

function json(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } };
}

// An order is sent with a key made once per press of the button: sent again after a broken connection, it is one order.
export function newIdempotencyKey(randomness: Pick<Crypto, 'getRandomValues'> = crypto): string {
  const bytes = randomness.getRandomValues(new Uint8Array(16));
  return 'page-' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Api {
  constructor(private readonly fetch: Fetch) {}

  async products(cursor: string | null, limit = 20): Promise<ProductPage> {
    const query = new URLSearchParams({ limit: String(limit) });
    if (cursor) query.set('cursor', cursor);
    return (await request<ProductPage>(this.fetch, `/api/products?${query}`)).body;
  }

  async product(id: string): Promise<Product> {
    return (await request<Product>(this.fetch, `/api/products/${encodeURIComponent(id)}`)).body;
  }

  placeOrder(productId: string, token: PaymentToken, idempotencyKey: string): Promise<Answer<PlacedOrder>> {
    const body = { items: [{ productId, quantity: 1 }], payment: { method: 'card', token } };
    return request<PlacedOrder>(this.fetch, '/api/orders', json('POST', body, { 'Idempotency-Key': idempotencyKey }));
  }

  async order(path: string): Promise<Order> {
    return (await request<Order>(this.fetch, path)).body;
  }

  // null: the server is not in demo mode.
  async demo(): Promise<Demo | null> {
    try {
      return (await request<Demo>(this.fetch, '/api/demo')).body;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  async startFlashSale(buyers: number, pieces: number): Promise<void> {
    await request<unknown>(this.fetch, '/api/demo/flash-sale', json('POST', { buyers, pieces }));
  }

  async setDeclinePercent(percent: number): Promise<void> {
    await request<unknown>(this.fetch, '/api/demo/decline-rate', json('PUT', { percent }));
  }
}
