import { createHash } from 'node:crypto';
import { type CacheFacts, type ManifestEntry, whyStepsRan } from '@cooperage/domain';
import {
  Dice,
  dockerfileOf,
  type EditKind,
  editPair,
  missedSteps,
  reasonOfEdit,
  seeds,
  stepsOf,
  type TrialProject,
} from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, newReference, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

/** A base image of the test services has one digest only: that it moved is shown without a builder. */
const kinds: readonly EditKind[] = [
  ...(['content', 'mode', 'added', 'removed', 'ignored'] as const),
  ...(['argument', 'environment', 'line', 'new line', 'earlier stage', 'nothing'] as const),
];

describe('what is told of a step, beside what BuildKit did', () => {
  const cgroupParent = trialCgroupParent();
  let engine: BuildkitEngine;
  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const kept = ({ files, ignored }: TrialProject) => Object.entries(files).filter(([path]) => !ignored.includes(path));

  async function build(number: number, project: TrialProject, sharedKey: string): Promise<CacheFacts> {
    const { buildArgs } = project;
    const files = kept(project).map(([path, { content, mode }]) => contextFile(path, content, { mode }));
    const record = new EventRecord();
    const request = pushRequest(dockerfileOf(project), { buildArgs, context: { files, sharedKey } });
    await engine.build({ ...request, reference: newReference() }, record.emit, never);
    return {
      build: { id: `b${number}`, number },
      ...{ dockerfile: dockerfileOf(project), buildArgs, context: manifestOf(project) },
      steps: record
        .steps()
        .filter(({ internal }) => !internal)
        .map(({ startedAt, completedAt, ...step }) => ({
          ...step,
          started: startedAt !== null,
          completed: completedAt !== null,
        })),
      ...{
        noCache: false,
        cacheEpoch: 0,
        afterReset: false,
        evicted: null,
        startedAt: null,
        read: null,
        workerName: 'w',
        space: 'p',
        mark: null,
        cacheExport: 'none',
      },
    };
  }

  it.each(kinds.flatMap((kind) => seeds(1, 10).map((seed) => [kind, seed] as const)))(
    'agrees with it after an edit: %s (seed %i)',
    async (kind, seed) => {
      const pair = editPair(new Dice(seed), kind, `-${unique()}`);
      const sharedKey = unique();
      const earlier = await build(1, pair.before, sharedKey);
      const now = await build(2, pair.after, sharedKey);
      const { missed, roots } = missedSteps(pair);
      const steps = stepsOf(pair.after);
      const verdicts = whyStepsRan(now, [earlier]);
      const told = `${JSON.stringify(pair.edit)} in\n${now.dockerfile}`;
      expect(verdicts.length, told).toBe(steps.length);
      for (const [index, { cached, reason, against }] of verdicts.entries()) {
        const step = `step ${index} of ${told}`;
        // A step that copies from a stage is reused too where that stage ran again and came to the same files.
        const standsAlone = steps[index]!.parents.every((parent) => verdicts[parent]!.cached);
        if (roots.includes(index)) expect(cached, step).toBe(false);
        if (cached) {
          if (missed.includes(index)) expect(followsCopy(steps, index), step).toBe(true);
          else expect(against?.number, step).toBe(1);
        } else if (standsAlone) expect(reason, step).toMatchObject(reasonOfEdit(pair.edit, String));
        else expect(reason?.kind, step).toBe('earlier_step');
      }
    },
  );
});

function followsCopy(steps: ReturnType<typeof stepsOf>, index: number): boolean {
  const { text, parents } = steps[index]!;
  return text.startsWith('COPY --from=') || parents.some((parent) => followsCopy(steps, parent));
}

function manifestOf({ files, ignored }: TrialProject): ManifestEntry[] {
  const entries = Object.entries(files).filter(([path]) => !ignored.includes(path));
  return entries.map(([path, { content, mode }]) => {
    const bytes = Buffer.from(content);
    const blobId = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    return { path, kind: 'file', mode, blobId };
  });
}
