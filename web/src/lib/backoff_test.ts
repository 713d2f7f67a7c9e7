import { describe, expect, it } from 'vitest';
import { backoffMs, reconnectLimits } from './backoff';

describe('backoff', () => {
  it('doubles with every attempt and stops at the ceiling', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 50, 5000].map((attempt) => backoffMs(attempt, () => 1));
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
  });

  it('never waits less than half, whatever the dice say', () => {
    expect(backoffMs(0, () => 0)).toBe(250);
    expect(backoffMs(9, () => 0)).toBe(reconnectLimits.ceiling_ms / 2);
  });

  it('spreads pages over the second half of the wait', () => {
    expect(backoffMs(3, () => 0.25)).toBe(2500);
    expect(backoffMs(3, () => 0.75)).toBe(3500);
  });
});
