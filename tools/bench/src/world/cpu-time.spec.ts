import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { childrenCpuMs, childrenCpuOf } from './cpu-time.js';

describe('the CPU time of children', () => {
  it('stands behind a name that may hold blanks and brackets', () => {
    const stat = '7 (a (b) c) S 1 7 7 0 -1 4194304 100 200 0 0 11 12 13 14 20 0 1 0 99 0 0';
    expect(childrenCpuOf(stat)).toBe(270);
  });

  it('grows with a child that works', async () => {
    const before = await childrenCpuMs();
    execFileSync(process.execPath, ['-e', 'const end = Date.now() + 150; while (Date.now() < end);']);
    expect(await childrenCpuMs()).toBeGreaterThan(before);
  });
});
