'use client';

import type { Project } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';
import { SelectField, TextArea, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

type GitProject = Pick<Project, 'id' | 'remoteUrl' | 'hasGitCredentials' | 'repositoryKey'>;

/** How the repository is read. Nothing of it can be read back. */
export function GitCard({ project }: { project: GitProject }) {
  const [kind, setKind] = useState<'basic' | 'ssh'>(/^https?:/.test(project.remoteUrl) ? 'basic' : 'ssh');
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const element = event.currentTarget;
    const body = Object.fromEntries(new FormData(element));
    run(
      () => send('PUT', `/v1/projects/${project.id}/git-credentials`, body),
      () => element.reset(),
    );
  };
  return (
    <Card
      id="git"
      title="Credentials of the git host"
      aside={
        project.hasGitCredentials && (
          <DeleteButton
            address={`/projects/${project.id}/git-credentials`}
            what="the git credentials"
            consequence="The repository is read without credentials from now on; a private one cannot be built."
          />
        )
      }
    >
      <form onSubmit={submit} className="grid gap-3 p-3">
        <p className="text-text-2">
          {project.hasGitCredentials
            ? 'Credentials are set, for the host of the clone address alone. New ones replace them. A clone address at another host deletes them.'
            : 'None are set: the repository is read as anyone can.'}
        </p>
        <SelectField
          label="Kind"
          name="kind"
          value={kind}
          onChange={(event) => setKind(event.target.value === 'ssh' ? 'ssh' : 'basic')}
        >
          <option value="basic">User name and token, for https</option>
          <option value="ssh">Deploy key, for ssh</option>
        </SelectField>
        {kind === 'basic' ? (
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField label="User name" name="username" required maxLength={256} error={fieldError('username')} />
            <TextField
              label="Token"
              name="password"
              type="password"
              autoComplete="new-password"
              required
              error={fieldError('password')}
            />
          </div>
        ) : (
          <>
            <TextArea label="Private key" name="privateKey" rows={4} required error={fieldError('privateKey')} />
            <TextArea
              label="Known hosts"
              name="knownHosts"
              rows={2}
              hint="Lines as in known_hosts; what ssh-keyscan prints."
              error={fieldError('knownHosts')}
            />
          </>
        )}
        <ProblemNote problem={problem} />
        <Button type="submit" disabled={pending} className="justify-self-start">
          {pending ? 'Setting' : 'Set the credentials'}
        </Button>
      </form>
      {project.repositoryKey !== null && <KnownRepository id={project.id} repositoryKey={project.repositoryKey} />}
    </Card>
  );
}

/** The id by which webhook calls are compared: a rename at the git host keeps it. */
function KnownRepository({ id, repositoryKey }: { id: string; repositoryKey: string }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line p-3">
      <p className="min-w-0 flex-1 basis-60 text-text-2">
        The git host calls this repository <span className="break-all font-mono">{repositoryKey}</span>. Webhook calls
        with another id build nothing. Forget it if the repository was made anew, or if a wrong call came first.
      </p>
      <DeleteButton
        address={`/projects/${id}/repository-key`}
        what="the id of the repository"
        consequence="The next webhook call that names the clone address is believed, and its id is kept."
        label="Forget"
      />
    </div>
  );
}
