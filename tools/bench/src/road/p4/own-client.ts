import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { demand } from '../../measure/inexact.js';
import type { World } from '../../world/world.js';
import { TickReader, tickingTree } from './ticks.js';

/** The same build by BuildKit's own client: `docker buildx build --progress=plain`, what it shows as it comes. */
export async function tickByOwnClient(
  world: World,
  lines: number,
  nonce: string,
  offsetMs: number,
): Promise<TickReader> {
  const folder = await mkdtemp(path.join(world.folder, 'ticking-'));
  for (const [name, content] of Object.entries(tickingTree(lines, nonce)))
    await writeFile(path.join(folder, name), content);
  const reader = new TickReader();
  const { tools } = world.services;
  const env = { PATH: process.env.PATH ?? '', HOME: folder, ...world.buildx };
  const args = ['build', '--progress=plain', '--output=type=cacheonly', '--provenance=false', folder];
  const child = spawn(tools['docker-buildx']!, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (bytes: Buffer) => reader.push(bytes, performance.now() + offsetMs));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  demand(code === 0, `buildx ended with ${code}`);
  await rm(folder, { recursive: true, force: true });
  return reader;
}
