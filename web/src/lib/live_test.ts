import { describe, expect, it } from 'vitest';
import {
  LiveConnection, initialLive, ordersShown_max, reduceLive, silence_ms, window_s,
  type LiveAction, type LiveSeams, type LiveState, type Stream,
} from './live';

const at = (second: number) => new Date(Date.UTC(2026, 0, 2) + second * 1000).toISOString();
const tick = (second: number, requestsPerSecond = 1): LiveAction => ({ type: 'tick', data: JSON.stringify({ at: at(second), requestsPerSecond }) });
const order = (id: string, status = 'pending'): LiveAction => ({ type: 'order', data: JSON.stringify({ id, status }) });
const run = (...actions: LiveAction[]): LiveState => actions.reduce(reduceLive, initialLive);

describe('live numbers', () => {
  it('keep the last two minutes', () => {
    const state = run(...Array.from({ length: 300 }, (_, second) => tick(second)));
    expect(state.ticks).toHaveLength(window_s);
    expect(state.ticks[0]!.at).toBe(at(180));
  });

  it('drop what is older than two minutes after a long pause', () => {
    expect(run(tick(0), tick(1), tick(500)).ticks.map((kept) => kept.at)).toEqual([at(500)]);
  });

  it('show a second that is sent twice once', () => {
    const state = run(tick(1, 10), tick(2, 20), tick(2, 21));
    expect(state.ticks.map((kept) => kept.requestsPerSecond)).toEqual([10, 21]);
  });

  it('survive a message that is no JSON or no tick', () => {
    const before = run(tick(1));
    for (const data of ['', '{', 'null', '[]', '{"at":"x"}', '7']) {
      expect(reduceLive(before, { type: 'tick', data })).toBe(before);
      expect(reduceLive(before, { type: 'order', data })).toBe(before);
    }
  });

  it('show the newest order first and change one in its place', () => {
    const state = run(order('a'), order('b'), order('a', 'confirmed'));
    expect(state.orders.map((shown) => `${shown.id} ${shown.status}`)).toEqual(['b pending', 'a confirmed']);
  });

  it('show a bounded number of orders', () => {
    const state = run(...Array.from({ length: 100 }, (_, number) => order(`o${number}`)));
    expect(state.orders).toHaveLength(ordersShown_max);
    expect(state.orders[0]!.id).toBe('o99');
  });

  it('keep their last value on the screen while the connection is lost', () => {
    const state = run({ type: 'opened' }, tick(1, 42), { type: 'lost', attempt: 1, retryAt_ms: 5 });
    expect(state.connection).toEqual({ phase: 'lost', attempt: 1, retryAt_ms: 5 });
    expect(state.ticks[0]!.requestsPerSecond).toBe(42);
  });
});

class FakeStream implements Stream {
  closed = false;
  private listeners = new Map<string, (event: { data?: string }) => void>();
  addEventListener(type: string, listener: (event: { data?: string }) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  send(type: string, data?: string) {
    this.listeners.get(type)!({ data });
  }
}

function world() {
  let now_ms = 0;
  let next = 1;
  const timers = new Map<number, { due_ms: number; callback: () => void }>();
  const streams: FakeStream[] = [];
  const actions: LiveAction[] = [];
  const seams: LiveSeams = {
    open: () => {
      streams.push(new FakeStream());
      return streams[streams.length - 1]!;
    },
    now_ms: () => now_ms,
    random: () => 1,
    setTimer: (callback, delay_ms) => {
      timers.set(next, { due_ms: now_ms + delay_ms, callback });
      return next++;
    },
    clearTimer: (timer) => timers.delete(timer),
  };
  const pass = (duration_ms: number) => {
    const end_ms = now_ms + duration_ms;
    for (;;) {
      const due = [...timers].filter(([, timer]) => timer.due_ms <= end_ms).sort((a, b) => a[1].due_ms - b[1].due_ms)[0];
      if (!due) break;
      timers.delete(due[0]);
      now_ms = due[1].due_ms;
      due[1].callback();
    }
    now_ms = end_ms;
  };
  const connection = new LiveConnection(seams, (action) => actions.push(action));
  return { connection, streams, actions, timers, pass };
}
const types = (actions: LiveAction[]) => actions.map((action) => action.type);

describe('live connection', () => {
  it('passes on what the stream says', () => {
    const { connection, streams, actions } = world();
    connection.start();
    streams[0]!.send('open');
    streams[0]!.send('tick', '{"a":1}');
    streams[0]!.send('order', '{"b":2}');
    expect(actions).toEqual([{ type: 'connecting' }, { type: 'opened' }, { type: 'tick', data: '{"a":1}' }, { type: 'order', data: '{"b":2}' }]);
  });

  it('waits longer after each failure and starts over once it has heard something', () => {
    const { connection, streams, actions, pass } = world();
    connection.start();
    const waits = () => actions.flatMap((action) => (action.type === 'lost' ? [action.retryAt_ms] : []));
    streams[0]!.send('error');
    pass(500);
    streams[1]!.send('error');
    pass(1000);
    streams[2]!.send('error');
    expect(waits()).toEqual([500, 1500, 3500]);
    pass(2000);
    streams[3]!.send('open');
    streams[3]!.send('tick', '{}');
    streams[3]!.send('error');
    expect(waits()[3]).toBe(4000);
    expect(streams.slice(0, 4).every((stream) => stream.closed)).toBe(true);
  });

  it('is not fooled by a server that accepts and hangs up at once', () => {
    const { connection, streams, actions, pass } = world();
    connection.start();
    for (let round = 0; round < 4; round++) {
      streams[round]!.send('open');
      streams[round]!.send('error');
      pass(20_000);
    }
    expect(actions.flatMap((action) => (action.type === 'lost' ? [action.attempt] : [])).slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  it('takes five silent seconds for a lost connection', () => {
    const { connection, streams, actions, pass } = world();
    connection.start();
    streams[0]!.send('open');
    pass(silence_ms - 1);
    streams[0]!.send('tick', '{}');
    pass(silence_ms - 1);
    expect(types(actions)).not.toContain('lost');
    pass(1);
    expect(types(actions)).toContain('lost');
    expect(streams[0]!.closed).toBe(true);
  });

  it('hears nothing from a stream it has given up', () => {
    const { connection, streams, actions, pass } = world();
    connection.start();
    streams[0]!.send('error');
    pass(500);
    const count = actions.length;
    streams[0]!.send('tick', '{}');
    streams[0]!.send('error');
    expect(actions).toHaveLength(count);
  });

  it('retries at once when asked, and only when there is nothing open', () => {
    const { connection, streams } = world();
    connection.start();
    connection.retryNow();
    expect(streams).toHaveLength(1);
    streams[0]!.send('error');
    connection.retryNow();
    expect(streams).toHaveLength(2);
  });

  it('leaves no timer and no stream behind when stopped', () => {
    const { connection, streams, timers } = world();
    connection.start();
    streams[0]!.send('open');
    connection.stop();
    expect(timers.size).toBe(0);
    expect(streams[0]!.closed).toBe(true);
    connection.retryNow();
    expect(streams).toHaveLength(1);
  });
});
