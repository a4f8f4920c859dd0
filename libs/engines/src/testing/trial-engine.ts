import { randomUUID } from 'node:crypto';
import { services } from '@cooperage/testing';
import { BuildkitEngine, type BuildkitEngineOptions } from '../buildkit/engine.js';
import { detectHierarchy } from '../cgroup/detect.js';
import type { BuildRequest, Engine } from '../engine.js';
import { rightsTo } from './registry-tokens.js';
import { trialRequest } from './trial-request.js';

/** Where the control groups of a test's steps are made: beside those of the test engine, for each test file its own. */
export function trialCgroupParent(): string {
  return `${services().cgroupParent}-trial-${randomUUID().slice(0, 8)}`;
}

/** The real engine of the test services. */
export function trialEngine(options: Partial<BuildkitEngineOptions> = {}): BuildkitEngine {
  return new BuildkitEngine({ address: services().engine, ...options });
}

/** A request that may push to a repository of the test registry. */
export function pushRequest(dockerfile: string, change: Partial<BuildRequest> = {}): BuildRequest {
  const { registry } = services();
  const repository = `trial/${randomUUID()}`;
  return trialRequest(dockerfile, {
    push: { host: registry.host, repository },
    registryAuth: rightsTo(registry, [repository]),
    ...change,
  });
}

/** Processes in the group at `path`, as the kernel lists them. */
export function processesIn(path: string): number {
  return detectHierarchy('/sys/fs/cgroup')?.processes(path).length ?? 0;
}

/** Closes engines and removes the groups that a test file made. */
export async function endTrial(cgroupParent: string, ...engines: Engine[]): Promise<void> {
  await Promise.all(engines.map((engine) => engine.close()));
  detectHierarchy('/sys/fs/cgroup')?.remove(cgroupParent, true);
}
