import type { Installation, Repository } from '@cooperage/e2e';
import { expect } from 'vitest';

/** A write of a publication to the registry, and whether control dies before it is sent or after it is answered. */
export interface CrashPoint {
  /** Place in the list of all writes, from 0. */
  readonly number: number;
  readonly moment: 'before' | 'after';
}

/**
 * Publishes once to learn all writes, then once for each crash point with control killed there. Every build must succeed
 * with one attempt, its tag must point to its digest, and stock cosign must accept it.
 * @param choose the crash points, from the writes in the order in which the registry sees them
 */
export async function publishUnderKills(
  product: Installation,
  repository: Repository,
  choose: (writes: readonly string[]) => readonly CrashPoint[],
): Promise<void> {
  const writes = await writesOfOne(product, repository);
  expect(writes.some((write) => write.endsWith('/manifests/main'))).toBe(true);
  for (const { number, moment } of choose(writes)) {
    let killed = false;
    product.registry.watch(async (write) => {
      if (killed || write.number !== number + 1 || write.moment !== moment) return;
      killed = true;
      process.kill(await product.pidOf('control'), 'SIGKILL');
    });
    const { commit } = await product.push(repository, { Dockerfile: dockerfile(`${moment}-${number}`) });
    const build = await product.finished(repository, commit);
    product.registry.watch(undefined);
    const point = `killed ${moment} ${writes[number]}`;
    expect({ point, killed, status: build.status }).toEqual({ point, killed: true, status: 'succeeded' });
    expect({ point, main: await product.tagInRegistry(repository, 'main') }).toEqual({ point, main: build.digest });
    expect(build.attempts).toHaveLength(1);
    await product.cosign(repository, 'verify', build.digest!);
  }
}

const dockerfile = (word: string) => `FROM busybox:latest\nRUN echo ${word} > /word\n`;

/** Every write of one publication, in order, as the registry sees them. */
async function writesOfOne(product: Installation, repository: Repository): Promise<string[]> {
  const writes: string[] = [];
  product.registry.watch(({ what, moment }) => {
    if (moment === 'before') writes.push(what);
  });
  const { commit } = await product.push(repository, { Dockerfile: dockerfile('counted') });
  expect((await product.finished(repository, commit)).status).toBe('succeeded');
  product.registry.watch(undefined);
  return writes;
}
