import { describe, expect, it } from 'vitest';
import { heardWindow_s, niceCeiling, sparkline } from './sparkline';

describe('sparkline', () => {
  it('puts the newest second at the right edge and the highest value under the ceiling', () => {
    const drawn = sparkline([{ at_ms: 0, value: 0 }, { at_ms: 1000, value: 10 }], 120, 40, 120_000);
    expect(drawn.line).toBe('M119 40L120 0');
    expect(drawn.area).toBe('M119 40L120 0L120 40L119 40Z');
    expect(drawn.last).toEqual({ x: 120, y: 0 });
  });

  it('leaves a gap where nothing was heard', () => {
    const points = [0, 1000, 9000, 10_000].map((at_ms) => ({ at_ms, value: 1 }));
    expect(sparkline(points, 120, 40, 120_000).line.match(/M/g)).toHaveLength(2);
  });

  it('shows a lone second as a dot', () => {
    expect(sparkline([{ at_ms: 5, value: 0 }], 120, 40, 120_000).line).toBe('M120 40h0.1');
  });

  it('draws nothing from nothing', () => {
    expect(sparkline([], 120, 40, 120_000)).toEqual({ line: '', area: '', last: null, maximum: 1 });
  });

  it('spans what has been heard, from half a minute to two', () => {
    const heard = (seconds: number) => heardWindow_s([{ at_ms: 0 }, { at_ms: seconds * 1000 }]);
    expect([heardWindow_s([]), heard(1), heard(45), heard(119.4), heard(500)]).toEqual([30, 30, 45, 120, 120]);
  });

  it('rounds the scale up to a calm number', () => {
    expect([0, 0.03, 1, 1.2, 2.4, 3, 60, 999, 1001, Number.NaN].map(niceCeiling)).toEqual([1, 0.05, 1, 2, 2.5, 5, 100, 1000, 2000, 1]);
  });
});
