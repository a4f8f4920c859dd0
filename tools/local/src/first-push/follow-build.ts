import { setTimeout as sleep } from 'node:timers/promises';
import type { Build, DeliveryView, Page, Steps } from '@cooperage/contracts';
import { LauncherError, say } from '../output.ts';
import type { Api } from './api.ts';
import { BuildProgress } from './build-progress.ts';

const POLL_MS = 250;
const APPEARS_WITHIN_MS = 90_000;
const NO_STEPS: Steps = { attemptId: '', steps: [] };

/** The build of a commit, once evaluation has made it. @throws {LauncherError} with the delivery's verdict when it does not. */
export async function awaitBuild(api: Api, projectId: string, commit: string, signal: AbortSignal): Promise<string> {
  const deadline = Date.now() + APPEARS_WITHIN_MS;
  while (Date.now() < deadline) {
    const { items } = await api.get<Page<Build>>(`/api/v1/builds?project=${projectId}&commit=${commit}&limit=1`);
    if (items[0]) return items[0].id;
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new LauncherError(`the push of ${commit.slice(0, 7)} started no build: ${await verdict(api, projectId)}`);
}

/** Shows what a build does until it has ended. */
export async function followBuild(api: Api, buildId: string, signal: AbortSignal): Promise<Build> {
  const progress = new BuildProgress();
  for (;;) {
    const build = await api.get<Build>(`/api/v1/builds/${buildId}`);
    // Before its first attempt a build has no steps.
    const steps = (await api.find<Steps>(`/api/v1/builds/${buildId}/steps`)) ?? NO_STEPS;
    for (const line of progress.lines(build, steps)) say(line);
    if (build.finishedAt !== null) return build;
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function verdict(api: Api, projectId: string): Promise<string> {
  const { items } = await api.get<Page<DeliveryView>>(`/api/v1/projects/${projectId}/deliveries?limit=1`);
  const [delivery] = items;
  if (!delivery) return 'no delivery arrived';
  const reasons = delivery.verdicts.map((each) => `${each.ruleName}: ${each.explanation}`);
  const more = delivery.verdictsLeftOut > 0 && `and ${delivery.verdictsLeftOut} more rules`;
  return [`its delivery is ${delivery.status}`, delivery.note, delivery.failureCode, ...reasons, more]
    .filter(Boolean)
    .join('; ');
}
