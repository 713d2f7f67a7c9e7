// The live numbers: a reducer over what the stream said, and the connection that feeds it. The stream (/api/live,
// text/event-stream) sends "tick" once a second and "order" at most ten times a second.

import type { Money } from './money';
import { backoffMs } from './backoff';

export interface Tick {
  at: string;
  requestsPerSecond: number;
  errorsPerSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  ordersPerSecond: number;
  orders: { placed: number; confirmed: number; rejected: number; cancelled: number };
  revenue: Money;
  revenuePerSecond: Money;
  cacheHitRate: number;
  connections: number;
  availability: number;
}

export interface LiveOrder {
  id: string;
  status: string;
  total: Money;
  product: string;
  at: string;
}

export type Connection =
  | { phase: 'connecting' }
  | { phase: 'live' }
  | { phase: 'lost'; attempt: number; retryAt_ms: number };

export interface LiveState {
  connection: Connection;
  ticks: readonly Tick[];
  orders: readonly LiveOrder[];
}

export type LiveAction =
  | { type: 'connecting' }
  | { type: 'opened' }
  | { type: 'lost'; attempt: number; retryAt_ms: number }
  | { type: 'tick'; data: string }
  | { type: 'order'; data: string };

export const window_s = 120;
export const ordersShown_max = 30;

export const initialLive: LiveState = { connection: { phase: 'connecting' }, ticks: [], orders: [] };

function parsed<T>(data: string, required: keyof T): T | null {
  try {
    const value = JSON.parse(data) as T;
    return typeof value === 'object' && value !== null && value[required] !== undefined ? value : null;
  } catch {
    return null;
  }
}

// A message that cannot be read changes nothing: one bad line must not take the numbers away.
export function reduceLive(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case 'connecting':
      return { ...state, connection: { phase: 'connecting' } };
    case 'opened':
      return { ...state, connection: { phase: 'live' } };
    case 'lost':
      return { ...state, connection: { phase: 'lost', attempt: action.attempt, retryAt_ms: action.retryAt_ms } };
    case 'tick': {
      const tick = parsed<Tick>(action.data, 'requestsPerSecond');
      if (!tick) return state;
      const oldest_ms = Date.parse(tick.at) - window_s * 1000;
      const kept = state.ticks.filter((old) => Date.parse(old.at) > oldest_ms && old.at < tick.at);
      return { ...state, ticks: [...kept, tick].slice(-window_s) };
    }
    case 'order': {
      const order = parsed<LiveOrder>(action.data, 'id');
      if (!order) return state;
      const known = state.orders.findIndex((old) => old.id === order.id);
      const orders =
        known >= 0 ? state.orders.map((old, index) => (index === known ? order : old)) : [order, ...state.orders];
      return { ...state, orders: orders.slice(0, ordersShown_max) };
    }
  }
}

// The part of EventSource that is used, so that a test can stand in for it.
export interface Stream {
  addEventListener(type: string, listener: (event: { data?: string }) => void): void;
  close(): void;
}

export interface LiveSeams {
  open: () => Stream;
  now_ms: () => number;
  random: () => number;
  setTimer: (callback: () => void, delay_ms: number) => number;
  clearTimer: (timer: number) => void;
}

export const silence_ms = 5000;

// Holds the stream open: reconnects with backoff and jitter after an error, and treats five seconds without a message as
// one, because a cut cable reports nothing. The browser's own retry is not used: it has neither backoff nor jitter.
export class LiveConnection {
  private stream: Stream | null = null;
  private timer: number | null = null;
  private attempt = 0;
  private stopped = false;

  constructor(
    private readonly seams: LiveSeams,
    private readonly dispatch: (action: LiveAction) => void,
  ) {}

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.drop();
  }

  // For the button and for the browser's word that the network is back.
  retryNow(): void {
    if (this.stopped || this.stream) return;
    this.connect();
  }

  private connect(): void {
    this.drop();
    this.dispatch({ type: 'connecting' });
    const stream = this.seams.open();
    this.stream = stream;
    const heard = (action: LiveAction) => {
      if (this.stream !== stream) return;
      this.attempt = 0;
      this.watch();
      this.dispatch(action);
    };
    stream.addEventListener('open', () => {
      if (this.stream !== stream) return;
      this.watch();
      this.dispatch({ type: 'opened' });
    });
    stream.addEventListener('tick', (event) => heard({ type: 'tick', data: event.data ?? '' }));
    stream.addEventListener('order', (event) => heard({ type: 'order', data: event.data ?? '' }));
    stream.addEventListener('error', () => {
      if (this.stream === stream) this.lose();
    });
    this.watch();
  }

  private watch(): void {
    if (this.timer !== null) this.seams.clearTimer(this.timer);
    this.timer = this.seams.setTimer(() => this.lose(), silence_ms);
  }

  private lose(): void {
    this.drop();
    const wait_ms = backoffMs(this.attempt, this.seams.random);
    this.attempt += 1;
    this.dispatch({ type: 'lost', attempt: this.attempt, retryAt_ms: this.seams.now_ms() + wait_ms });
    this.timer = this.seams.setTimer(() => this.connect(), wait_ms);
  }

  private drop(): void {
    if (this.timer !== null) this.seams.clearTimer(this.timer);
    this.timer = null;
    const stream = this.stream;
    this.stream = null;
    stream?.close();
  }
}
