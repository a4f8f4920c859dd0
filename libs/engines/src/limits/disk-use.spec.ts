import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
