import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError, type Api, type Order, type Product } from './api';
import { Checkout } from './checkout.svelte';

beforeAll(() => {
  if (!globalThis.crypto) vi.stubGlobal('crypto', webcrypto);
});

const product = { id: 'prd_1' } as Product;
const other = { id: 'prd_2' } as Product;
const finished: Order = {
  id: 'ord_1',
  status: 'confirmed',
  total: { amount: 1, currency: 'KRW' },
  timeline: [
    { at: '2026-01-02T03:04:05.000Z', event: 'order.pending', elapsedMs: 0 },
    { at: '2026-01-02T03:04:05.002Z', event: 'order.confirmed', elapsedMs: 2 },
  ],
  saga: { state: 'completed' },
};

function shop(answers: (ApiError | 'placed')[], read: () => Promise<Order> = async () => finished) {
  const keys: string[] = [];
  const api = {
    placeOrder: async (_product: string, _token: string, key: string) => {
      keys.push(key);
      const answer = answers.shift()!;
      if (answer instanceof ApiError) throw answer;
      return { body: { id: 'ord_1', status: 'pending', total: finished.total, createdAt: '', links: { self: '/o' } }, timing: [], took_ms: 3 };
    },
    order: read,
  } as unknown as Api;
  return { checkout: new Checkout(api, () => true), keys };
}

const broken = () => new ApiError('network', 0, '', '', true);

describe('checkout', () => {
  it('sends the same key again after a broken connection, so that it is one order', async () => {
    const { checkout, keys } = shop([broken(), broken(), 'placed', 'placed']);
    await checkout.buy(product, 'tok_ok');
    expect(checkout.error?.code).toBe('network');
    await checkout.buy(product, 'tok_ok');
    await checkout.buy(product, 'tok_ok');
    expect(checkout.error).toBeNull();
    await checkout.buy(product, 'tok_ok');
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).toBe(keys[0]);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it('sends the same key again when a server in between broke', async () => {
    const { checkout, keys } = shop([new ApiError('unexpected', 502), 'placed']);
    await checkout.buy(product, 'tok_ok');
    await checkout.buy(product, 'tok_ok');
    expect(keys[1]).toBe(keys[0]);
  });

  it('does not invite to press again when the order is placed and only its progress is lost', async () => {
    const { checkout } = shop(['placed'], async () => Promise.reject(new ApiError('not_found', 404)));
    await checkout.buy(product, 'tok_ok');
    expect(checkout.error?.code).toBe('order_unread');
    expect(checkout.orderId).toBe('ord_1');
  });

  it('takes a new key for another product, another card and after a refusal', async () => {
    const { checkout, keys } = shop([broken(), broken(), new ApiError('out_of_stock', 409), 'placed']);
    await checkout.buy(product, 'tok_ok');
    await checkout.buy(other, 'tok_ok');
    await checkout.buy(other, 'tok_declined');
    await checkout.buy(other, 'tok_declined');
    expect(new Set(keys).size).toBe(4);
  });

  it('lights every step that the order has gone through', async () => {
    const { checkout } = shop(['placed']);
    await checkout.buy(product, 'tok_ok');
    expect(checkout.outcome).toBe('confirmed');
    expect(checkout.steps.map((step) => `${step.event} ${step.state}`)).toEqual(['order.pending done', 'order.confirmed done']);
    expect(checkout.total_ms).toBe(2);
    expect(checkout.busy).toBe(false);
  });

  it('is one order at a time', async () => {
    const { checkout, keys } = shop(['placed', 'placed']);
    await Promise.all([checkout.buy(product, 'tok_ok'), checkout.buy(product, 'tok_ok')]);
    expect(keys).toHaveLength(1);
  });
});
