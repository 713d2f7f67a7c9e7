// From an order's timeline to the steps that the page lights up. The way forward is known beforehand and shown waiting;
// a refusal cuts it short and the compensation is shown as the way back. Pure: same order, same steps.

import { ApiError, type Order, type SagaState, type TimelineEvent } from './api';

export type StepState = 'waiting' | 'running' | 'done' | 'refused' | 'undone';

export interface SagaStep {
  event: string;
  state: StepState;
  // Since the order was placed, and since the step before.
  elapsed_ms: number | null;
  took_ms: number | null;
}

const forward = ['order.pending', 'stock.reserved', 'payment.authorized', 'order.confirmed', 'stock.committed', 'payment.captured'];
const refusals = new Set(['stock.refused', 'payment.declined']);
const compensations = new Set(['stock.released', 'payment.voided', 'payment.refunded', 'order.rejected', 'order.cancelled']);

export function sagaEnded(state: SagaState): boolean {
  return state === 'completed' || state === 'compensated' || state === 'stuck';
}

// The steps before anything is known: what the page shows while the order is on its way.
export function expectedSteps(): SagaStep[] {
  return forward.map((event, index) => ({ event, state: index === 0 ? 'running' : 'waiting', elapsed_ms: null, took_ms: null }));
}

function elapsed(event: TimelineEvent, first: TimelineEvent): number {
  if (typeof event.elapsedMs === 'number') return event.elapsedMs;
  return Date.parse(event.at) - Date.parse(first.at);
}

export function sagaSteps(timeline: readonly TimelineEvent[], state: SagaState): SagaStep[] {
  const first = timeline[0];
  if (!first) return expectedSteps();
  const seen = timeline
    .map((event) => ({ event: event.event, elapsed_ms: elapsed(event, first) }))
    .sort((a, b) => a.elapsed_ms - b.elapsed_ms);
  const steps: SagaStep[] = seen.map((step, index) => ({
    event: step.event,
    state: refusals.has(step.event) ? 'refused' : compensations.has(step.event) ? 'undone' : 'done',
    elapsed_ms: step.elapsed_ms,
    took_ms: index === 0 ? step.elapsed_ms : step.elapsed_ms - seen[index - 1]!.elapsed_ms,
  }));
  if (sagaEnded(state)) return steps;

  const names = new Set(seen.map((step) => step.event));
  const turnedBack = seen.some((step) => refusals.has(step.event) || compensations.has(step.event));
  const ahead = turnedBack
    ? [names.has('stock.reserved') ? 'stock.released' : '', 'order.rejected'].filter((name) => name && !names.has(name))
    : forward.filter((name) => !names.has(name));
  ahead.forEach((event, index) =>
    steps.push({ event, state: index === 0 ? 'running' : 'waiting', elapsed_ms: null, took_ms: null }),
  );
  return steps;
}

export type Outcome = 'running' | 'confirmed' | 'outOfStock' | 'declined' | 'cancelled' | 'rejected' | 'stuck';

export function sagaOutcome(order: Order): Outcome {
  if (order.saga.state === 'stuck') return 'stuck';
  if (!sagaEnded(order.saga.state)) return 'running';
  const names = new Set(order.timeline.map((event) => event.event));
  if (names.has('payment.declined')) return 'declined';
  if (names.has('stock.refused')) return 'outOfStock';
  if (names.has('order.cancelled')) return 'cancelled';
  if (names.has('order.rejected')) return 'rejected';
  return 'confirmed';
}

export interface FollowSeams {
  read: (path: string) => Promise<Order>;
  sleep: (duration_ms: number) => Promise<void>;
  now_ms: () => number;
}

export const followDeadline_ms = 60_000;

// Reads the order again and again, at first every 50 ms and then slower, and hands over every reading until the saga has
// ended. A reading that fails but may succeed later is taken again; any other failure, and the deadline, is thrown.
export async function* followOrder(path: string, seams: FollowSeams): AsyncGenerator<Order> {
  const started_ms = seams.now_ms();
  let wait_ms = 50;
  for (;;) {
    try {
      const order = await seams.read(path);
      yield order;
      if (sagaEnded(order.saga.state)) return;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.retryable) throw error;
    }
    if (seams.now_ms() - started_ms > followDeadline_ms) throw new ApiError('timeout', 0, '', '', true);
    await seams.sleep(wait_ms);
    wait_ms = Math.min(1000, wait_ms * 1.3);
  }
}

// A saga ends in milliseconds, too fast to be seen, so the page lights its steps one by one: the first `revealed` steps as
// they are, the rest as if still to come. A refusal is not given away before its own step is lit.
export function revealSteps(steps: readonly SagaStep[], revealed: number): SagaStep[] {
  const settled = steps.filter((step) => step.state !== 'waiting' && step.state !== 'running');
  if (revealed >= settled.length) return [...steps];
  const lit = settled.slice(0, revealed);
  const litNames = new Set(lit.map((step) => step.event));
  const turnedBack = lit.some((step) => step.state !== 'done');
  const ahead = turnedBack ? steps.slice(revealed).map((step) => step.event) : forward.filter((event) => !litNames.has(event));
  return [
    ...lit,
    ...ahead.map((event, index): SagaStep => ({ event, state: index === 0 ? 'running' : 'waiting', elapsed_ms: null, took_ms: null })),
  ];
}

export function settledCount(steps: readonly SagaStep[]): number {
  return steps.filter((step) => step.state !== 'waiting' && step.state !== 'running').length;
}
