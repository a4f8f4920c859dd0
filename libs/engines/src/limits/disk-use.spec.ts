import { link, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { diskUse } from './disk-use.js';

it('R2-N3 measures a folder beside more names than a program can be started with', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'disk-use-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a'), Buffer.alloc(100_000));
  const gone = Array.from({ length: 16_000 }, (_, at) => `${folder}/${'x'.repeat(160)}/${at}`);
  const sizes = await diskUse([...gone, folder]);
  expect([...sizes.keys()]).toEqual([folder]);
  expect(sizes.get(folder)).toBeGreaterThan(100_000);
});

it('R6-A8 ends by DiskLimit where it is not through in its time, and does not say that there is nothing', async () => {
  await expect(diskUse(['/usr'], 1)).rejects.toMatchObject({ code: 'DiskLimit' });
});

it('R6-A8 counts each name of a file, and what is in it once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'disk-use-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a'), Buffer.alloc(100_000));
  const before = (await diskUse([folder])).get(folder)!;
  for (let at = 0; at < 200; at++) await link(join(folder, 'a'), join(folder, String(at)));
  const after = (await diskUse([folder])).get(folder)!;
  expect(after - before).toBeGreaterThanOrEqual(200 * 4096);
  expect(after - before).toBeLessThan(200 * 4096 + 100_000);
});
