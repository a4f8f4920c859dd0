'use client';

import type { Project, Rule } from '@cooperage/contracts';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { CheckField, SelectField, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { fullRef } from '@/features/builds/model/start-rules';
import { deliveryPath } from '@/lib/address/paths';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { TagsPreview } from './tags-preview';

/** No id of a rule. */
const asFork = 'fork';
const hints = {
  rule: 'Without a rule the image is published by its digest only, and no tag moves.',
  fork: 'In the fork zone: apart from all other builds, without secrets. Needs an admin.',
} as const;

type ProjectPart = Pick<
  Project,
  'id' | 'organizationSlug' | 'slug' | 'defaultBranch' | 'protectedBranches' | 'protectedTags'
>;

/** What the dialog needs of a rule: its paths may be many, and would go to the browser with each page. */
export type StartRule = Pick<Rule, 'id' | 'name' | 'enabled' | 'refKind' | 'refPattern' | 'tags'>;

export interface StartBuildProps {
  readonly project: ProjectPart;
  readonly rules: readonly StartRule[];
  /** The project has rules that are not among these. */
  readonly moreRules: boolean;
}

/** What a build by hand is of, and what it is to be tagged as. */
export function StartBuild({ open, onClose, ...start }: StartBuildProps & { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Build now" open={open} onClose={onClose}>
      <StartForm {...start} />
    </Dialog>
  );
}

function StartForm({ project, rules, moreRules }: StartBuildProps) {
  const router = useRouter();
  const { pending, problem, run, fieldError } = useChange();
  const [ruleId, setRuleId] = useState('');
  const [start, setStart] = useState({ kind: 'branch', name: project.defaultBranch ?? 'main' });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const kind = form.get('kind') === 'tag' ? 'tag' : 'branch';
    const rule = form.get('rule');
    const choice = rule === asFork ? { zone: 'fork' } : { ruleId: rule || null };
    const target = String(form.get('target') ?? '').trim();
    const targetRef = target === '' ? null : fullRef(target, 'branch');
    const noCache = form.get('noCache') !== null;
    const body = { ref: fullRef(String(form.get('ref')), kind), targetRef, noCache, ...choice };
    run(
      () => send<{ id: string }>('POST', `/v1/projects/${project.id}/builds`, body),
      (delivery) => router.push(`${deliveryPath(project, delivery.id)}?follow=1`),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <div className="grid grid-cols-[8rem_1fr] gap-2">
        <SelectField
          label="Kind"
          name="kind"
          value={start.kind}
          onChange={(event) => setStart({ ...start, kind: event.target.value })}
        >
          <option value="branch">Branch</option>
          <option value="tag">Tag</option>
        </SelectField>
        <TextField
          label="Name"
          name="ref"
          mono
          required
          maxLength={4096}
          data-first
          value={start.name}
          onChange={(event) => setStart({ ...start, name: event.target.value })}
          error={fieldError('ref')}
        />
      </div>
      <SelectField
        label="Tags"
        name="rule"
        value={ruleId}
        onChange={(event) => setRuleId(event.target.value)}
        hint={hints[ruleId === asFork ? 'fork' : 'rule']}
        error={fieldError('ruleId')}
      >
        <option value="">No tag</option>
        {rules.map((rule) => (
          <option key={rule.id} value={rule.id}>
            as rule “{rule.name}”: {rule.tags.join(', ')}
          </option>
        ))}
        {moreRules && <option disabled>More rules are in the settings, and can be chosen by the API</option>}
        <option value={asFork}>No tag, as strangers’ code</option>
      </SelectField>
      {project.protectedBranches.length > 0 && (
        <TextField
          label="To be merged into"
          name="target"
          mono
          maxLength={4096}
          hint="A branch, or nothing. Where it is protected, its cache is read as well."
          error={fieldError('targetRef')}
        />
      )}
      <CheckField
        label="Without cache"
        name="noCache"
        hint="Runs every step anew. What it leaves is for the builds after it."
      />
      <TagsPreview rule={rules.find(({ id }) => id === ruleId)} start={start} project={project} />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Starting' : 'Start the build'}
      </Button>
    </form>
  );
}
