'use client';

import type { ChangedProject, Project } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { changedPairs, scaled, textLines } from '../model/text-fields';
import { BuildFields, type PairErrors } from './build-fields';
import { LimitFields } from './limit-fields';

const savedWithoutCredentials =
  'Saved. The git credentials belonged to the host of the old clone address and were deleted: set new ones below.';
const minute = 60_000;
const mebibyte = 1_048_576;

/** What a build of this project is made from, and what it may use. Holds for the next build, not for one under way. */
export function GeneralCard({ project }: { project: Project }) {
  const { pending, problem, run, fieldError } = useChange();
  const [pairErrors, setPairErrors] = useState<PairErrors>({});
  const [saved, setSaved] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const buildArgs = changedPairs(String(form.get('buildArgs')), project.buildArgs);
    const namedContexts = changedPairs(String(form.get('namedContexts')), project.namedContexts);
    setPairErrors({ buildArgs: buildArgs.error, namedContexts: namedContexts.error });
    setSaved(null);
    if (buildArgs.error || namedContexts.error) return;
    const pairs = { buildArgs: buildArgs.pairs, namedContexts: namedContexts.pairs };
    run(
      () => send<ChangedProject>('PATCH', `/v1/projects/${project.id}`, { ...settingsOf(form), ...pairs }),
      ({ gitCredentialsRemoved }) => setSaved(gitCredentialsRemoved ? savedWithoutCredentials : 'Saved'),
    );
  };
  return (
    <Card id="general" title="General">
      <form onSubmit={submit} className="grid gap-4 p-3">
        <BuildFields project={project} fieldError={fieldError} pairErrors={pairErrors} />
        <LimitFields limits={project.limits} fieldError={fieldError} />
        <ProblemNote problem={problem} />
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" disabled={pending}>
            {pending ? 'Saving' : 'Save'}
          </Button>
          <span role="status" className="text-good">
            {!pending && saved}
          </span>
        </div>
      </form>
    </Card>
  );
}

function settingsOf(form: FormData): Record<string, unknown> {
  const text = (name: string): string => String(form.get(name) ?? '');
  return {
    name: text('name'),
    description: text('description'),
    visibility: text('visibility'),
    remoteUrl: text('remoteUrl'),
    contextPath: text('contextPath'),
    dockerfilePath: text('dockerfilePath'),
    target: text('target') || null,
    platform: text('platform'),
    definition: definitionOf(text('definitionPath').trim(), text('definitionTarget').trim()),
    protectedBranches: textLines(text('protectedBranches')),
    protectedTags: textLines(text('protectedTags')),
    cacheBackend: text('cacheBackend'),
    strictIsolation: form.get('strictIsolation') !== null,
    limits: {
      timeoutMs: scaled(text('timeout'), minute),
      logBytes: scaled(text('log'), mebibyte),
      memoryBytes: scaled(text('memory'), mebibyte),
      pids: scaled(text('pids'), 1),
      cpus: text('cpus') === '' ? null : Number(text('cpus')),
      diskBytes: scaled(text('disk'), mebibyte),
      network: text('network'),
    },
  };
}

/** One field alone is sent too, so that the answer says what the other lacks. */
function definitionOf(path: string, target: string): { path: string; target: string } | null {
  return path === '' && target === '' ? null : { path, target };
}
