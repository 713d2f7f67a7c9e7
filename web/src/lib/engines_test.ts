import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// Debian 12's own nodejs must build the pages.
const debian = [18, 19, 0] as const;

type Version = readonly [number, number, number];
const compare = (a: Version, b: Version) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

// The subset of node-semver ranges that `engines` fields use: ||, spaces for and, >= > <= < = ^ ~, x and missing parts.
function allows(range: string, version: Version): boolean {
  return range.split('||').some((any) => {
    const terms = any.replace(/(>=|<=|>|<|=|\^|~)\s+/g, '$1').trim().split(/\s+/).filter(Boolean);
    return terms.every((term) => {
      const match = /^(>=|<=|>|<|=|\^|~)?v?(\d+|[x*])(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?/.exec(term);
      if (!match) throw new Error(`cannot read "${term}" of "${range}"`);
      const [, sign = '', ...parts] = match;
      const numbers = parts.map((part) => (part === undefined || part === 'x' || part === '*' ? null : Number(part)));
      const [major, minor, patch] = numbers as [number | null, number | null, number | null];
      if (major === null) return true;
      const floor: Version = [major, minor ?? 0, patch ?? 0];
      const next: Version = sign === '^' || minor === null ? [major + 1, 0, 0] : sign === '~' || patch === null ? [major, minor + 1, 0] : [major, minor, patch + 1];
      if (sign === '>=') return compare(version, floor) >= 0;
      if (sign === '>') return compare(version, patch === null ? next : floor) >= (patch === null ? 0 : 1);
      if (sign === '<') return compare(version, floor) < 0;
      if (sign === '<=') return compare(version, next) < 0;
      return compare(version, floor) >= 0 && compare(version, next) < 0;
    });
  });
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, { version: string; resolved?: string; optional?: boolean; engines?: { node?: string } }>;
};
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies?: Record<string, string>;
  devDependencies: Record<string, string>;
};

describe('dependencies', () => {
  it('read engine ranges as npm does', () => {
    const expected: [string, boolean][] = [
      ['>=18', true], ['>= 18.0.0', true], ['>18', false], ['^18.0.0 || ^20.0.0 || >=22.0.0', true], ['^20.19.0 || >=22.12.0', false],
      ['>=20', false], ['18', true], ['18.x', true], ['*', true], ['>=14 <18', false], ['~18.19', true], ['~18.18.0', false], ['>=18.20.0', false], ['<=18', true],
    ];
    for (const [range, allowed] of expected) expect(allows(range, debian), range).toBe(allowed);
  });

  it('run on the Node of Debian 12', () => {
    const excluded = Object.entries(lock.packages)
      .filter(([, entry]) => entry.engines?.node !== undefined && !allows(entry.engines.node, debian))
      .map(([path, entry]) => `${path} ${entry.version} wants ${entry.engines!.node}`);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(20);
    expect(excluded).toEqual([]);
  });

  it('are pinned to exact versions', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it('name no registry, so that each machine uses its own', () => {
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });
});
