import { describe, expect, it } from 'vitest';
import { bojagi, sealCharacter } from './bojagi';

describe('bojagi', () => {
  it('wraps one product always in the same cloth and two in different ones', () => {
    expect(bojagi('TEA-1')).toEqual(bojagi('TEA-1'));
    expect(bojagi('TEA-1')).not.toEqual(bojagi('TEA-2'));
  });

  it('covers the whole square and nothing twice', () => {
    for (const seed of ['a', 'b', '한라봉', 'SKU-00042', '']) {
      const patches = bojagi(seed);
      const area = patches.reduce((sum, patch) => sum + patch.width * patch.height, 0);
      expect(area).toBe(10_000);
      expect(patches.every((patch) => patch.x >= 0 && patch.y >= 0 && patch.x + patch.width <= 100 && patch.y + patch.height <= 100)).toBe(true);
      expect(patches.length).toBeGreaterThan(3);
    }
  });

  it('seals with the first letter of the name in any script', () => {
    expect(sealCharacter('한라봉 5kg')).toBe('한');
    expect(sealCharacter('[특가] 모시')).toBe('특');
    expect(sealCharacter(' wool socks')).toBe('W');
    expect(sealCharacter('***')).toBe('장');
  });
});
