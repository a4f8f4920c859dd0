import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncStretchRatio } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Look } from './look.js';
import { namelessUse } from './nameless-use.js';

const files: FileHandle[] = [];
beforeAll(async () => {
  for (let i = 0; i < 200; i++) files.push(await open('/dev/null'));
  const path = join(tmpdir(), `nameless-${process.pid}`);
  const file = await open(path, 'w');
  files.push(file);
  await file.truncate(1_000_000);
  await rm(path);
});
afterAll(() => Promise.all(files.map((file) => file.close())));

/** As processes that share one table of open files. */
const sharing = (processes: number) => Array.from({ length: processes }, () => process.pid);

describe('what lies in open files without a name', () => {
  it('is counted once, however many processes have it open', async () => {
    const one = await namelessUse(sharing(1), new Look());
    expect(one).toBeGreaterThanOrEqual(1_000_000);
    expect(await namelessUse(sharing(3), new Look())).toBe(one);
  });

  it('R2-N3 lets others of this process have their turn while it looks', async () => {
    expect(await syncStretchRatio(() => namelessUse(sharing(150), new Look()))).toBeLessThan(8);
  });

  it('R2-N3 refuses more open files than can be looked at, those of all processes together', async () => {
    await expect(namelessUse(sharing(10), new Look(1_500))).rejects.toMatchObject({
      code: 'DiskLimit',
      message: expect.stringContaining('more than 1,500.'),
    });
  });

  it('is nothing where a process has ended', async () => {
    expect(await namelessUse([2 ** 30], new Look())).toBe(0);
  });
});
