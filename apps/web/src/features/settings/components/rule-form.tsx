'use client';

import type { Rule } from '@cooperage/contracts';
import { cachePolicies } from '@cooperage/domain/predicates';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CheckField, SelectField, TextArea, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import type { RuleDraft } from '../model/rule-preview';
import { textLines } from '../model/text-fields';
import { RulePreview } from './rule-preview';

export interface RuleFormProps {
  readonly projectId: string;
  readonly defaultBranch: string;
  readonly rule: Rule | null;
  readonly onDone: () => void;
}

export function RuleForm({ projectId, defaultBranch, rule, onDone }: RuleFormProps) {
  const { pending, problem, run, fieldError } = useChange();
  const [draft, setDraft] = useState<RuleDraft>(() => draftOf(rule, defaultBranch));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const body = readForm(event.currentTarget);
    run(
      () =>
        rule
          ? send('PATCH', `/v1/projects/${projectId}/rules/${rule.id}`, body)
          : send('POST', `/v1/projects/${projectId}/rules`, body),
      onDone,
    );
  };
  return (
    <form onSubmit={submit} onChange={(event) => setDraft(readForm(event.currentTarget))} className="grid gap-3">
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        defaultValue={draft.name}
        error={fieldError('name')}
      />
      <div className="grid grid-cols-[8rem_1fr] gap-2">
        <SelectField label="Pushes to" name="refKind" defaultValue={draft.refKind}>
          <option value="branch">a branch</option>
          <option value="tag">a tag</option>
        </SelectField>
        <TextField
          label="named"
          name="refPattern"
          mono
          required
          maxLength={512}
          defaultValue={draft.refPattern}
          hint="* within one part of the name, ** across parts"
          error={fieldError('refPattern')}
        />
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextArea
          label="Only when these paths change"
          name="includePaths"
          rows={2}
          defaultValue={draft.includePaths.join('\n')}
          hint="One pattern a line; empty for all."
          error={fieldError('includePaths')}
        />
        <TextArea
          label="Not for these paths"
          name="excludePaths"
          rows={2}
          defaultValue={draft.excludePaths.join('\n')}
          error={fieldError('excludePaths')}
        />
      </div>
      <TextArea
        label="Tags of the image"
        name="tags"
        rows={3}
        required
        defaultValue={draft.tags.join('\n')}
        hint="One a line. {{branch}} {{tag}} {{sha}} {{version}} {{major}} {{minor}} {{default}}"
        error={fieldError('tags')}
      />
      <SelectField
        label="Cache"
        name="cachePolicy"
        defaultValue={draft.cachePolicy}
        hint="For releases: nothing that a branch or a stranger wrote, or nothing at all. Slower, since more steps run."
        error={fieldError('cachePolicy')}
      >
        <option value="zone">What the ref’s zone may read</option>
        <option value="protected_only">Protected caches only</option>
        <option value="none">No cache: read none, write none</option>
      </SelectField>
      <SelectField
        label="Priority"
        name="priority"
        defaultValue={String(Math.sign(draft.priority) * 5)}
        hint="Within your organization: builds of a higher one begin first. It takes nothing from others."
        error={fieldError('priority')}
      >
        <option value="5">High</option>
        <option value="0">Normal</option>
        <option value="-5">Low</option>
      </SelectField>
      <CheckField label="Switched on" name="enabled" defaultChecked={draft.enabled} />
      <RulePreview draft={draft} defaultBranch={defaultBranch} />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Saving' : 'Save'}
      </Button>
    </form>
  );
}

function draftOf(rule: Rule | null, defaultBranch: string): RuleDraft {
  if (rule) return rule;
  return {
    name: '',
    enabled: true,
    refKind: 'branch',
    refPattern: defaultBranch,
    includePaths: [],
    excludePaths: [],
    tags: ['{{default}}', '{{branch}}-{{sha}}'],
    cachePolicy: 'zone',
    priority: 0,
  };
}

function readForm(element: HTMLFormElement): RuleDraft {
  const form = new FormData(element);
  const text = (name: string): string => String(form.get(name) ?? '');
  return {
    name: text('name'),
    enabled: form.get('enabled') !== null,
    refKind: text('refKind') === 'tag' ? 'tag' : 'branch',
    refPattern: text('refPattern'),
    includePaths: textLines(text('includePaths')),
    excludePaths: textLines(text('excludePaths')),
    tags: textLines(text('tags')),
    cachePolicy: cachePolicies.find((policy) => policy === text('cachePolicy')) ?? 'zone',
    priority: Number(text('priority')) || 0,
  };
}
