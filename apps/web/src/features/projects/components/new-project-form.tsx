'use client';

import type { Me, Project } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { SelectField, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { slugFromAddress } from '../model/project-slug';
import { type CreatedProject, ProjectMade } from './project-made';

export function NewProjectForm({ organizations }: { organizations: Me['organizations'] }) {
  const { pending, problem, run, fieldError } = useChange();
  const [slug, setSlug] = useState('');
  const [slugTouched, setSlugTouched] = useState(false);
  const [made, setMade] = useState<CreatedProject | null>(null);
  if (made) return <ProjectMade created={made} />;

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = {
      organizationId: form.get('organizationId'),
      slug: form.get('slug'),
      name: form.get('name') || form.get('slug'),
      remoteUrl: form.get('remoteUrl'),
      contextPath: form.get('contextPath'),
      dockerfilePath: form.get('dockerfilePath'),
      visibility: form.get('visibility') as Project['visibility'],
    };
    run(() => send<CreatedProject>('POST', '/v1/projects', body), setMade);
  };
  return (
    <form onSubmit={submit} className="grid gap-4 p-4">
      <TextField
        label="Clone address"
        name="remoteUrl"
        mono
        required
        autoFocus
        maxLength={2048}
        placeholder="https://git.example.com/team/service.git"
        hint="https or ssh. Credentials are given afterwards, in the settings."
        error={fieldError('remoteUrl')}
        onChange={(event) => !slugTouched && setSlug(slugFromAddress(event.target.value))}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label="Organization" name="organizationId" error={fieldError('organizationId')}>
          {organizations.map((each) => (
            <option key={each.organizationId} value={each.organizationId}>
              {each.name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Short name"
          name="slug"
          mono
          required
          maxLength={63}
          value={slug}
          onChange={(event) => {
            setSlugTouched(true);
            setSlug(event.target.value);
          }}
          hint="In the image’s address: lower-case letters, digits and dashes."
          error={fieldError('slug')}
        />
      </div>
      <TextField
        label="Name"
        name="name"
        maxLength={120}
        hint="For people. The short name when left empty."
        error={fieldError('name')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Context folder" name="contextPath" mono defaultValue="." error={fieldError('contextPath')} />
        <TextField
          label="Dockerfile"
          name="dockerfilePath"
          mono
          defaultValue="Dockerfile"
          error={fieldError('dockerfilePath')}
        />
      </div>
      <SelectField
        label="Who may pull the images"
        name="visibility"
        defaultValue="private"
        error={fieldError('visibility')}
      >
        <option value="private">Members, with their own token</option>
        <option value="public">Anyone</option>
      </SelectField>
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending} className="justify-self-start">
        {pending ? 'Making it' : 'Make the project'}
      </Button>
    </form>
  );
}
