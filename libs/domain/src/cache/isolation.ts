import { createHash } from 'node:crypto';
import type { Lane } from '../worker/lane.js';
import type { CachePolicy } from './cache-policy.js';
import { inEpoch } from './epoch.js';
import type { Zone } from './zone.js';

/** Whether a build's zone is alone with what an engine keeps: strangers always, others where it is asked for. */
export function isIsolated(build: {
  readonly zone: Zone;
  readonly cachePolicy: CachePolicy;
  /** The setting of the project. */
  readonly strictIsolation: boolean;
}): boolean {
  return build.strictIsolation || build.zone === 'fork' || build.cachePolicy !== 'zone';
}

export interface IsolationSubject {
  readonly projectId: string;
  readonly attemptId: string;
  readonly zone: Zone;
  /** Full ref. */
  readonly ref: string;
  readonly cachePolicy: CachePolicy;
  readonly isolated: boolean;
  /** Number of the reset with which its place began; 0 where there was none. */
  readonly cacheEpoch: number;
  /** Space of the results that it reads from the registry, where it works in that one (`mayBorrow`). */
  readonly borrowedSpace?: string | null;
}

/**
 * Whether a build works in the space of the results that it reads, whosever they are, and so finds also those of steps that ran.
 * For that it must be a fork's in the lane of strangers, whose engine is empty when it comes and is emptied before the next one: what
 * it leaves there nobody finds, and what it exports only builds of its own ref read. Where the project has secrets that strangers
 * do not get, they do not get either what steps made of them.
 */
export function mayBorrow(build: {
  readonly zone: Zone;
  readonly lane: Lane;
  readonly secretsWithheld: boolean;
}): boolean {
  return build.zone === 'fork' && build.lane === 'strangers' && !build.secretsWithheld;
}

/**
 * Names by which an engine keeps builds apart: two builds share results of steps, or files of cache mounts, only where
 * their names are equal. A name is never made of a stranger's text.
 */
export interface EngineSpaces {
  /** Part of the cache key of every step that runs something. */
  readonly results: string;
  readonly mounts: string;
  /** See `stepMark`. */
  readonly mark: StepMark | null;
}

/** Of which zone a step is whose result depends on what a zone keeps for itself. */
export type StepMark = 'protected' | 'branch';

/**
 * Where zones share results, what keeps apart those of the steps that take more than their key holds: a cache mount, a secret, an
 * SSH agent. Zones have other cache mounts, so a branch could choose what an equal step of the protected zone finds. A fork
 * that works in the space of protected results finds these too. Null where the space itself is of one zone.
 * @param results see `resultSpace`
 */
export function stepMark(
  { projectId, zone }: Pick<IsolationSubject, 'projectId' | 'zone'>,
  results: string,
): StepMark | null {
  const isShared = results === projectId || results.startsWith(`${projectId}.`);
  if (!isShared) return null;
  return zone === 'branch' ? 'branch' : 'protected';
}

/** Cache mounts are apart by zone always. A stranger's, and those of a build that may read none, are nobody's after it. */
export function engineSpaces(build: IsolationSubject): EngineSpaces {
  const { projectId, attemptId, zone, cachePolicy, cacheEpoch } = build;
  const mayRead = zone === 'protected' ? cachePolicy !== 'none' : zone === 'branch' && cachePolicy === 'zone';
  const results = resultSpace(build);
  return {
    results,
    mark: stepMark(build, results),
    mounts: inEpoch(`${projectId}-${mayRead ? zone : attemptId}`, cacheEpoch, '.'),
  };
}

/**
 * Whose results of steps an engine may reuse for a build. Results that another zone wrote are out of reach, and those of a
 * fork are shared by the builds of one ref only. A build of another zone that may read nothing but what is protected has no
 * results to share with anybody: its own would be read by builds for which they are not protected. What was reset shares
 * with nothing that was not reset together with it.
 */
export function resultSpace(build: IsolationSubject): string {
  const { zone, borrowedSpace } = build;
  return zone === 'fork' && borrowedSpace ? borrowedSpace : inEpoch(houseOf(build), build.cacheEpoch, '.');
}

function houseOf(build: IsolationSubject): string {
  const { projectId, attemptId, zone, ref, cachePolicy, isolated } = build;
  if (!isolated) return projectId;
  if (zone === 'protected') return `${projectId}-protected`;
  if (cachePolicy !== 'zone') return `${projectId}-${attemptId}`;
  return zone === 'fork' ? `${projectId}-fork-${hashOf(ref)}` : `${projectId}-branch`;
}

function hashOf(ref: string): string {
  return createHash('sha256').update(ref).digest('hex').slice(0, 20);
}
