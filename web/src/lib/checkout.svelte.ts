// Buying one piece: places the order, follows its saga and lights the steps. One order at a time.

import { ApiError, newIdempotencyKey, type Api, type Order, type PaymentToken, type Product, type ServerTiming } from './api';
import { expectedSteps, followOrder, revealSteps, sagaEnded, sagaOutcome, sagaSteps, settledCount, type Outcome, type SagaStep } from './saga';

const light_ms = 190;

const sleep = (duration_ms: number) => new Promise<void>((resolve) => setTimeout(resolve, duration_ms));

export class Checkout {
  busy = $state(false);
  product = $state.raw<Product | null>(null);
  orderId = $state('');
  answered_ms = $state<number | null>(null);
  timing = $state.raw<ServerTiming[]>([]);
  order = $state.raw<Order | null>(null);
  error = $state.raw<ApiError | null>(null);
  private revealed = $state(0);
  // A key outlives a broken connection, so that pressing again is the same order; any definite answer uses it up.
  private open: { purchase: string; key: string } | null = null;

  private readonly truth = $derived<SagaStep[]>(this.order ? sagaSteps(this.order.timeline, this.order.saga.state) : expectedSteps());
  readonly started = $derived(this.busy || this.order !== null);
  readonly steps = $derived(revealSteps(this.truth, this.revealed));
  readonly outcome = $derived<Outcome | null>(
    this.order && (!sagaEnded(this.order.saga.state) || this.revealed < settledCount(this.truth)) ? 'running' : this.order ? sagaOutcome(this.order) : null,
  );
  readonly total_ms = $derived(this.truth.reduce((latest, step) => Math.max(latest, step.elapsed_ms ?? 0), 0));

  constructor(
    private readonly api: Api,
    private readonly calm: () => boolean,
  ) {}

  forget(): void {
    if (this.busy) return;
    this.order = null;
    this.error = null;
    this.orderId = '';
    this.answered_ms = null;
    this.timing = [];
    this.revealed = 0;
  }

  async buy(product: Product, token: PaymentToken): Promise<void> {
    if (this.busy) return;
    this.forget();
    this.busy = true;
    this.product = product;
    const purchase = `${product.id} ${token}`;
    const key = this.open?.purchase === purchase ? this.open.key : newIdempotencyKey();
    this.open = { purchase, key };
    try {
      const placed = await this.api.placeOrder(product.id, token, key);
      this.open = null;
      this.orderId = placed.body.id;
      this.answered_ms = placed.took_ms;
      this.timing = placed.timing;
      await this.follow(placed.body.links.self);
    } catch (error) {
      const failure = error instanceof ApiError ? error : new ApiError('unexpected', 0, String(error));
      // Below 400 and from 500 on the order may have been placed all the same.
      if (!failure.retryable && failure.status >= 400 && failure.status < 500) this.open = null;
      this.error = failure;
    } finally {
      this.busy = false;
    }
  }

  private async follow(path: string): Promise<void> {
    const lights = this.light();
    try {
      const readings = followOrder(path, { read: (at) => this.api.order(at), sleep, now_ms: () => performance.now() });
      for await (const reading of readings) this.order = reading;
    } catch (error) {
      lights.stop();
      const failure = error instanceof ApiError ? error : null;
      throw new ApiError('order_unread', failure?.status ?? 0, failure?.detail ?? String(error), failure?.requestId);
    }
    await lights.finished;
  }

  private light(): { finished: Promise<void>; stop: () => void } {
    let stopped = false;
    const run = async () => {
      while (!stopped) {
        const settled = this.order ? settledCount(this.truth) : 0;
        if (this.calm()) this.revealed = settled;
        else if (this.revealed < settled) this.revealed += 1;
        if (this.order && sagaEnded(this.order.saga.state) && this.revealed >= settled) return;
        await sleep(this.calm() ? 50 : light_ms);
      }
      this.revealed = settledCount(this.truth);
    };
    return { finished: run(), stop: () => (stopped = true) };
  }
}
