// How long to wait before trying again: doubling from the base up to a ceiling, half of it fixed and half random, so that
// thousands of pages that lost one server do not all come back in the same moment.

export interface BackoffLimits {
  base_ms: number;
  ceiling_ms: number;
}

export const reconnectLimits: BackoffLimits = { base_ms: 500, ceiling_ms: 15_000 };

// attempt counts from 0; random answers in [0, 1).
export function backoffMs(attempt: number, random: () => number, limits: BackoffLimits = reconnectLimits): number {
  const full = Math.min(limits.ceiling_ms, limits.base_ms * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
