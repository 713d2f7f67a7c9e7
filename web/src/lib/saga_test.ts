import { describe, expect, it } from 'vitest';
import { ApiError, type Order, type SagaState } from './api';
import { expectedSteps, followOrder, revealSteps, sagaOutcome, sagaSteps, settledCount, type FollowSeams } from './saga';

const timeline = (...events: [string, number][]) =>
  events.map(([event, elapsedMs]) => ({ at: '2026-01-02T03:04:05.000Z', event, elapsedMs }));
const order = (state: SagaState, ...events: [string, number][]): Order => ({
  id: 'ord_1',
  status: 'pending',
  total: { amount: 1000, currency: 'KRW' },
  timeline: timeline(...events),
  saga: { state },
});
const line = (steps: ReturnType<typeof sagaSteps>) => steps.map((step) => `${step.event} ${step.state}`);

describe('saga steps', () => {
  it('show the whole way before anything is known', () => {
    expect(line(expectedSteps())).toEqual([
      'order.pending running',
      'stock.reserved waiting',
      'payment.authorized waiting',
      'order.confirmed waiting',
      'stock.committed waiting',
      'payment.captured waiting',
    ]);
    expect(sagaSteps([], 'running')).toEqual(expectedSteps());
  });

  it('light the next step while the saga runs', () => {
    expect(line(sagaSteps(timeline(['order.pending', 0], ['stock.reserved', 1.5]), 'running'))).toEqual([
      'order.pending done',
      'stock.reserved done',
      'payment.authorized running',
      'order.confirmed waiting',
      'stock.committed waiting',
      'payment.captured waiting',
    ]);
  });

  it('tell for each step when it came and how long it took', () => {
    const steps = sagaSteps(timeline(['order.pending', 0], ['stock.reserved', 1.5], ['payment.authorized', 4]), 'running');
    expect(steps.slice(0, 3).map((step) => [step.elapsed_ms, step.took_ms])).toEqual([[0, 0], [1.5, 1.5], [4, 2.5]]);
    expect(steps[3]).toMatchObject({ elapsed_ms: null, took_ms: null });
  });

  it('show a declined card with the stock given back', () => {
    const events: [string, number][] = [['order.pending', 0], ['stock.reserved', 1], ['payment.declined', 3]];
    expect(line(sagaSteps(timeline(...events), 'compensating'))).toEqual([
      'order.pending done',
      'stock.reserved done',
      'payment.declined refused',
      'stock.released running',
      'order.rejected waiting',
    ]);
    events.push(['stock.released', 4], ['order.rejected', 5]);
    expect(line(sagaSteps(timeline(...events), 'compensated'))).toEqual([
      'order.pending done',
      'stock.reserved done',
      'payment.declined refused',
      'stock.released undone',
      'order.rejected undone',
    ]);
  });

  it('give no stock back that was never held', () => {
    expect(line(sagaSteps(timeline(['order.pending', 0], ['stock.refused', 1]), 'compensating'))).toEqual([
      'order.pending done',
      'stock.refused refused',
      'order.rejected running',
    ]);
  });

  it('leave nothing waiting once the saga has ended', () => {
    const steps = sagaSteps(timeline(['order.pending', 0], ['order.confirmed', 2], ['payment.captured', 3]), 'completed');
    expect(steps.every((step) => step.state === 'done')).toBe(true);
  });

  it('follow time, not the order in which two services wrote', () => {
    const steps = sagaSteps(timeline(['order.pending', 0], ['payment.captured', 9], ['stock.committed', 8]), 'completed');
    expect(steps.map((step) => step.event)).toEqual(['order.pending', 'stock.committed', 'payment.captured']);
  });

  it('fall back on the wall clock when no elapsed time is given', () => {
    const steps = sagaSteps(
      [
        { at: '2026-01-02T03:04:05.000Z', event: 'order.pending' },
        { at: '2026-01-02T03:04:05.012Z', event: 'stock.reserved' },
      ],
      'running',
    );
    expect(steps[1]!.elapsed_ms).toBe(12);
  });
});

describe('lighting up', () => {
  const declined = sagaSteps(
    timeline(['order.pending', 0], ['stock.reserved', 1], ['payment.declined', 3], ['stock.released', 4], ['order.rejected', 5]),
    'compensated',
  );

  it('does not give a refusal away before its step is lit', () => {
    expect(line(revealSteps(declined, 1))).toEqual([
      'order.pending done',
      'stock.reserved running',
      'payment.authorized waiting',
      'order.confirmed waiting',
      'stock.committed waiting',
      'payment.captured waiting',
    ]);
    expect(line(revealSteps(declined, 3))).toEqual([
      'order.pending done',
      'stock.reserved done',
      'payment.declined refused',
      'stock.released running',
      'order.rejected waiting',
    ]);
  });

  it('ends with the steps as they are', () => {
    expect(settledCount(declined)).toBe(5);
    expect(revealSteps(declined, 5)).toEqual(declined);
    expect(revealSteps(expectedSteps(), 0)).toEqual(expectedSteps());
  });
});

describe('saga outcome', () => {
  it('names why an order ended as it did', () => {
    expect(sagaOutcome(order('running', ['order.pending', 0]))).toBe('running');
    expect(sagaOutcome(order('completed', ['order.pending', 0], ['order.confirmed', 1]))).toBe('confirmed');
    expect(sagaOutcome(order('compensated', ['payment.declined', 1], ['order.rejected', 2]))).toBe('declined');
    expect(sagaOutcome(order('compensated', ['stock.refused', 1], ['order.rejected', 2]))).toBe('outOfStock');
    expect(sagaOutcome(order('compensated', ['order.confirmed', 1], ['order.cancelled', 2]))).toBe('cancelled');
    expect(sagaOutcome(order('compensated', ['order.rejected', 2]))).toBe('rejected');
    expect(sagaOutcome(order('stuck', ['order.pending', 0]))).toBe('stuck');
  });
});

describe('following an order', () => {
  function seams(readings: (Order | Error)[]): FollowSeams & { waits: number[] } {
    let now_ms = 0;
    const waits: number[] = [];
    return {
      waits,
      read: async () => {
        const reading = readings.length > 1 ? readings.shift()! : readings[0]!;
        if (reading instanceof Error) throw reading;
        return reading;
      },
      sleep: async (duration_ms) => {
        waits.push(duration_ms);
        now_ms += duration_ms;
      },
      now_ms: () => now_ms,
    };
  }
  const collect = async (path: string, with_: FollowSeams) => {
    const states: string[] = [];
    for await (const reading of followOrder(path, with_)) states.push(reading.saga.state);
    return states;
  };

  it('reads until the saga has ended, slower each time', async () => {
    const with_ = seams([order('running'), order('running'), order('compensating'), order('compensated')]);
    expect(await collect('/x', with_)).toEqual(['running', 'running', 'compensating', 'compensated']);
    expect(with_.waits[0]).toBe(50);
    expect(with_.waits[2]!).toBeGreaterThan(with_.waits[1]!);
  });

  it('outlives a connection that breaks and comes back', async () => {
    const broken = new ApiError('network', 0, '', '', true);
    expect(await collect('/x', seams([broken, broken, order('completed')]))).toEqual(['completed']);
  });

  it('gives up at once on a refusal and after a minute on silence', async () => {
    await expect(collect('/x', seams([new ApiError('not_found', 404)]))).rejects.toMatchObject({ code: 'not_found' });
    await expect(collect('/x', seams([order('running')]))).rejects.toMatchObject({ code: 'timeout' });
  });
});
