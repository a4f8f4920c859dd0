import { randomUUID } from 'node:crypto';
import { services } from '@cooperage/testing';
import type { BuildRequest } from '../build-request.js';
import { BuildkitEngine } from '../buildkit/engine.js';
import type { BuildkitEngineOptions } from '../buildkit/engine-options.js';
import { detectHierarchy } from '../cgroup/detect.js';
import type { Engine } from '../engine.js';
import { rightsTo } from './registry-tokens.js';
import { trialRequest } from './trial-request.js';

/** Where the control groups of a test's steps are made: beside those of the test engine, for each test file its own. */
export function trialCgroupParent(): string {
  return `${services().cgroupParent}-trial-${randomUUID().slice(0, 8)}`;
}

/** The real engine of the test services. */
export function trialEngine(options: Partial<BuildkitEngineOptions> = {}): BuildkitEngine {
  return new BuildkitEngine({ address: services().engine, cgroupBase: cgroupBase(), ...options });
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

/** Where the group is that the engine of the test services is told by this path. */
export function groupAt(path: string): string {
  return cgroupBase() + path;
}

/** Processes in the group of the test services' engine that it is told by this path, as the kernel lists them. */
export function processesIn(path: string): number {
  return detectHierarchy('/sys/fs/cgroup')?.processes(groupAt(path)).length ?? 0;
}

/** Closes engines and removes the groups that a test file made. */
export async function endTrial(cgroupParent: string, ...engines: Engine[]): Promise<void> {
  await Promise.all(engines.map((engine) => engine.close()));
  for (const group of new Set([cgroupParent, groupAt(cgroupParent)]))
    detectHierarchy('/sys/fs/cgroup')?.remove(group, true);
}

function cgroupBase(): string {
  return services().cgroupBase ?? '';
}
