import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type CacheFacts, type ManifestEntry, whyStepsRan } from '@cooperage/domain';
import {
  baseName,
  Dice,
  dockerfileOf,
  editKinds,
  editPair,
  ignoreFileOf,
  missedSteps,
  reasonOfEdit,
  seeds,
  stepsOf,
  type TrialProject,
} from '@cooperage/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectContext } from './context-tree.js';
import { DockerIgnore } from './docker-ignore.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cooperage-edits-'));
});
// Each removes its own: after a long run all together would take longer than a hook may.
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What a context of real files holds, behind its own ignore file. */
async function manifestOf(project: TrialProject): Promise<ManifestEntry[]> {
  const folder = mkdtempSync(join(root, 'context-'));
  const write = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), mode);
  };
  for (const [path, { content, mode }] of Object.entries(project.files)) write(path, content, mode);
  write('Dockerfile', dockerfileOf(project));
  write('.dockerignore', ignoreFileOf(project));
  const ignore = DockerIgnore.parse(readFileSync(join(folder, '.dockerignore'), 'utf8'), '.dockerignore');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: relative(folder, join(entry.parentPath, entry.name)) }));
  return (await selectContext(entries, ignore)).map(({ path, entry }): ManifestEntry => {
    if (!entry) return { path, kind: 'directory', mode: 0o755, blobId: '' };
    const mode = lstatSync(join(folder, path)).mode & 0o777;
    return { path, kind: 'file', mode, blobId: blobId(readFileSync(join(folder, path))) };
  });
}

function blobId(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

const digestOf = (base: string) => `sha256:${base.repeat(64)}`;

/** A build of which everything is recorded; steps that are not among `missed` came from the cache. */
async function facts(number: number, project: TrialProject, missed: readonly number[]): Promise<CacheFacts> {
  const bases = project.stages.filter(({ from }) => from === null);
  const own = stepsOf(project).map(({ stage, name }, at) => ({ stage, name, cached: !missed.includes(at) }));
  const stage = project.stages.length > 1 ? bases[0]!.name : null;
  const from = { stage, cached: false };
  const steps = [
    { ...from, name: `[${stage ?? ''} 1/9] FROM docker.io/library/${baseName}@${digestOf(project.base)}` },
    ...own,
  ];
  return {
    build: { id: `b${number}`, number },
    dockerfile: dockerfileOf(project),
    buildArgs: project.buildArgs,
    context: await manifestOf(project),
    steps: steps.map((step, at) => ({ ...step, ordinal: at + 1, started: true, completed: true })),
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
      cacheExport: 'done',
    },
  };
}

const perKind = 24;

describe.each(editKinds)('the cause of a step that ran, after one edit: %s', (kind) => {
  it.each(seeds(1, 40))('is that edit, and nothing where nothing ran (seed %i)', async (seed) => {
    const dice = new Dice(seed);
    const elsewhere = { ...(await facts(3, editPair(new Dice(seed + 1), kind).before, [])), workerName: 'other' };
    for (let at = 0; at < perKind; at++) {
      const pair = editPair(dice, kind);
      const { missed, roots } = missedSteps(pair);
      const earlier = await facts(
        1,
        pair.before,
        stepsOf(pair.before).map((_, index) => index),
      );
      const now = await facts(2, pair.after, missed);
      const verdicts = whyStepsRan(now, [earlier]);
      const told = `${JSON.stringify(pair.edit)} in\n${now.dockerfile}`;
      // A newer build of another worker, whose cache was not read, could have served nothing: it is no cause.
      const withRead = whyStepsRan({ ...now, read: { from: 1 } }, [elsewhere, earlier]);
      for (const [index, verdict] of withRead.entries())
        if (verdict.against?.number !== 3) expect(verdict, told).toEqual(verdicts[index]);
        else if (verdict.reason) expect(verdict.reason, told).toEqual({ kind: 'not_kept', why: 'not_read' });
      expect(verdicts.length, told).toBe(now.steps.length - 1);
      for (const [index, { reason, cached, against }] of verdicts.entries()) {
        const step = `step ${index} of ${told}`;
        expect(against?.number, step).toBe(1);
        if (!missed.includes(index)) expect([reason, cached], step).toEqual([null, true]);
        else if (roots.includes(index)) expect(reason, step).toMatchObject(reasonOfEdit(pair.edit, digestOf));
        else expect(reason?.kind, step).toBe('earlier_step');
      }
      if (pair.edit.kind === 'nothing') expect(missed, told).toEqual([]);
    }
  });
});
