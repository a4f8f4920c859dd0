import { randomUUID } from 'node:crypto';
import type { TestGitRepository } from '@cooperage/testing';
import { RawScript } from '../road/p1/raw-script.js';
import type { World } from '../world/world.js';
import { work } from './crowd-run.js';

const atOnce = 2;

/** The same builds by the raw script, two at a time as `xargs -P 2` starts them, milliseconds for all. */
export async function runScripts(
  world: World,
  git: TestGitRepository,
  gitUrl: string,
  builds: number,
): Promise<number> {
  const branches = Array.from({ length: builds }, () => `crowd-${randomUUID().slice(0, 8)}`);
  for (const branch of branches) await git.commit({ Dockerfile: work() }, { ref: `refs/heads/${branch}` });
  const script = await RawScript.prepare(world, gitUrl);
  const left = [...branches];
  const runner = async () => {
    for (let branch = left.shift(); branch !== undefined; branch = left.shift()) await script.run(branch);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: atOnce }, runner));
  return performance.now() - started;
}
