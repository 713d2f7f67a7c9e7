import { webcrypto } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { Api, ApiError, answerDeadline_ms, newIdempotencyKey, parseServerTiming, type Fetch } from './api';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Fetch =>
  vi.fn(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('api', () => {
  it('asks for the next page with the cursor it was given', async () => {
    const fetch = answer(200, { data: [], hasMore: false, nextCursor: null });
    await new Api(fetch).products('a+b/c=');
    expect(fetch).toHaveBeenCalledWith('/api/products?limit=20&cursor=a%2Bb%2Fc%3D', expect.anything());
  });

  it('sends an order in the full form with its key', async () => {
    const fetch = vi.fn<Fetch>(answer(201, { id: 'ord_1', links: { self: '/api/orders/ord_1' } }));
    await new Api(fetch).placeOrder('prd_1', 'tok_declined', 'key-1');
    const init = fetch.mock.calls[0]![1]!;
    expect(JSON.parse(init.body as string)).toEqual({
      items: [{ productId: 'prd_1', quantity: 1 }],
      payment: { method: 'card', token: 'tok_declined' },
    });
    expect((init.headers as Record<string, string>)['Idempotency-Key']).toBe('key-1');
  });

  it('turns problem+json into its code, detail and request id', async () => {
    const problem = { type: 'about:blank', title: 'Out of stock', status: 409, code: 'out_of_stock', detail: 'asked 1, available 0', errors: [], requestId: 'req_7', retryable: false };
    const error = await failure(new Api(answer(409, problem)).placeOrder('prd_1', 'tok_ok', 'k'));
    expect(error).toMatchObject({ code: 'out_of_stock', status: 409, detail: 'asked 1, available 0', requestId: 'req_7', retryable: false });
  });

  it('finds a code for a refusal that is no problem+json', async () => {
    expect((await failure(new Api(answer(503, '{}')).products(null))).code).toBe('unavailable');
    expect((await failure(new Api(answer(429, '')).products(null))).code).toBe('rate_limited');
    expect((await failure(new Api(answer(502, '<html>bad gateway</html>')).products(null))).code).toBe('unexpected');
  });

  it('does not take a page of another program for an answer', async () => {
    expect((await failure(new Api(answer(200, '<html>hello</html>')).products(null))).code).toBe('unexpected');
  });

  it('names a broken connection and an overdue answer apart, both worth another try', async () => {
    const broken = await failure(new Api(async () => Promise.reject(new TypeError('Failed to fetch'))).products(null));
    expect(broken).toMatchObject({ code: 'network', retryable: true });
    vi.useFakeTimers();
    try {
      const silent: Fetch = (_path, init) =>
        new Promise((_resolve, reject) => init!.signal!.addEventListener('abort', () => reject(new Error('aborted'))));
      const overdue = failure(new Api(silent).products(null));
      await vi.advanceTimersByTimeAsync(answerDeadline_ms);
      expect(await overdue).toMatchObject({ code: 'timeout', retryable: true });
    } finally {
      vi.useRealTimers();
    }
  });

  it('reads 404 on the demo route as no demo and nothing else as that', async () => {
    expect(await new Api(answer(404, { code: 'not_found' })).demo()).toBeNull();
    expect((await failure(new Api(answer(503, { code: 'unavailable' })).demo())).code).toBe('unavailable');
  });

  it('reads Server-Timing with durations, descriptions and commas in quotes', () => {
    expect(parseServerTiming('queue;dur=0.12, db;dur=1.5;desc="read, write", queries;desc="7", ;dur=1')).toEqual([
      { name: 'queue', duration_ms: 0.12 },
      { name: 'db', duration_ms: 1.5, description: 'read, write' },
      { name: 'queries', description: '7' },
    ]);
    expect(parseServerTiming(null)).toEqual([]);
  });

  it('makes a new printable key for every order', () => {
    const keys = new Set(Array.from({ length: 100 }, () => newIdempotencyKey(webcrypto as Crypto)));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,255}$/);
  });
});
