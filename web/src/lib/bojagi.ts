// A picture for a product that has none: bojagi, the patchwork cloth in which things from a Korean market are wrapped.
// Pure and seeded, so one product always has the same cloth.

export interface Patch {
  x: number;
  y: number;
  width: number;
  height: number;
  color: string;
}

const cloths = [
  ['#c8492a', '#e98b4a', '#f4c77b', '#f8e9cf', '#8f2f22', '#d9a05b'],
  ['#2d6a6a', '#5fa79a', '#a9d2bf', '#f0ead2', '#1d4a52', '#e2b15c'],
  ['#34508c', '#6f8fc4', '#b9cbe6', '#f3e9dc', '#d96f52', '#22365f'],
  ['#6d3b66', '#b56d94', '#e3b3bf', '#f6e6dc', '#d88a4f', '#4a2748'],
  ['#6b7a35', '#a8b560', '#d9dba0', '#f5efd8', '#c7662f', '#46541f'],
  ['#b7823a', '#e0b567', '#f3dea6', '#fbf3df', '#9c4a32', '#5f7d74'],
];

// FNV-1a, then mulberry32: small, and the same in every browser.
function dice(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  return () => {
    hash = (hash + 0x6d2b79f5) | 0;
    let mixed = Math.imul(hash ^ (hash >>> 15), 1 | hash);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const smallest = 16;

// Patches that tile a square of 100 x 100 without overlap.
export function bojagi(seed: string): Patch[] {
  const random = dice(seed);
  const cloth = cloths[Math.floor(random() * cloths.length)]!;
  const patches: Patch[] = [];
  let previous = '';
  const cut = (x: number, y: number, width: number, height: number, depth: number) => {
    const longer = Math.max(width, height);
    if (depth === 0 || longer < smallest * 2 || (depth < 3 && random() < 0.25)) {
      let color = cloth[Math.floor(random() * cloth.length)]!;
      if (color === previous) color = cloth[(cloth.indexOf(color) + 1) % cloth.length]!;
      previous = color;
      patches.push({ x, y, width, height, color });
      return;
    }
    const share = 0.32 + random() * 0.36;
    if (width >= height) {
      const left = Math.round(width * share);
      cut(x, y, left, height, depth - 1);
      cut(x + left, y, width - left, height, depth - 1);
    } else {
      const top = Math.round(height * share);
      cut(x, y, width, top, depth - 1);
      cut(x, y + top, width, height - top, depth - 1);
    }
  };
  cut(0, 0, 100, 100, 5);
  return patches;
}

// The character on the seal: the first that means something in the name.
export function sealCharacter(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '장').toUpperCase();
}
