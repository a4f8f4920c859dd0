import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Repository } from '@cooperage/e2e';
import { demand } from '../measure/inexact.js';
import type { SlotTime } from '../world/rows.js';
import type { World } from '../world/world.js';

/** One organization with one project. */
export interface Tenant {
  readonly organizationId: string;
  readonly repository: Repository;
}

export interface CrowdRun {
  /** From before the first POST until the last build has succeeded. */
  readonly ms: number;
  readonly times: readonly SlotTime[];
  /** Processor time of all our processes meanwhile, milliseconds. */
  readonly ownCpuMs: number;
}

/** Computes for a while, as builds do; no two are alike. */
export const work = () => `FROM debian:bookworm\nRUN : ${randomUUID()}; head -c 200000000 /dev/zero | sha256sum\n`;

export async function makeTenants(world: World, count: number): Promise<Tenant[]> {
  const { api } = world.product;
  const tenants: Tenant[] = [];
  for (let at = 0; at < count; at++) {
    const slug = `crowd-${randomUUID().slice(0, 8)}`;
    const { organizationId } = await api.json<{ organizationId: string }>('POST', '/api/v1/organizations', {
      ...{ name: slug, slug },
    });
    tenants.push({ organizationId, repository: await world.product.repository({ organizationId, cacheMode: 'none' }) });
  }
  return tenants;
}

/** Pushes so many builds of each tenant at one moment, each on a branch of its own, and waits for all of them. */
export async function runCrowd(world: World, tenants: readonly Tenant[], builds: readonly number[]): Promise<CrowdRun> {
  const pushes = await Promise.all(
    tenants.map(async ({ repository }, index) => {
      const made: { readonly repository: Repository; readonly ref: string; readonly commit: string }[] = [];
      for (let at = 0; at < builds[index]!; at++) {
        const ref = `refs/heads/crowd-${randomUUID().slice(0, 8)}`;
        made.push({ repository, ref, commit: await repository.git.commit({ Dockerfile: work() }, { ref }) });
      }
      return made;
    }),
  );
  const cpuBefore = await ownCpuMs(world);
  const started = performance.now();
  const answers = await Promise.all(
    interleaved(pushes).map(({ repository, ref, commit }) => world.product.deliver(repository, { ref, after: commit })),
  );
  demand(
    answers.every(({ status }) => status === 202),
    'a webhook of the crowd was not accepted',
  );
  const commits = pushes.flat().map(({ commit }) => commit);
  const times = await world.rows.slotTimes(commits, 900_000);
  const ms = performance.now() - started;
  return { ms, times, ownCpuMs: (await ownCpuMs(world)) - cpuBefore };
}

/** One of each in turn, so that no tenant is first by more than one push. */
function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
}

/** Of every process of the product and of children of theirs that have ended. */
async function ownCpuMs(world: World): Promise<number> {
  const pids = [...world.product.children.values()].map(({ pid }) => pid);
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1')));
  return stats.reduce((sum, stat) => {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + [11, 12, 13, 14].reduce((total, at) => total + Number(fields[at]), 0) * 10;
  }, 0);
}
