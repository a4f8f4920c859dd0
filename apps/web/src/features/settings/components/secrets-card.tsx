import type { Project } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { loadSecrets } from '../api/load-settings';
import { PutSecret } from './put-secret';

/** Values go in and never come out: not here, not in logs, not in the image. */
export async function SecretsCard({ project }: { project: Project }) {
  const secrets = await loadSecrets(project.id);
  return (
    <Card id="secrets" title="Build secrets">
      {!secrets.ok ? (
        <ProblemPanel problem={secrets.problem} what="The secrets" />
      ) : (
        <div className="grid gap-3 p-3">
          <p className="text-text-2">
            A step reads one with <code>RUN --mount=type=secret,id=NAME</code>. Its value is masked in logs and can only
            be replaced, not read. A value of less than 8 characters, from before that was the least, is not looked for
            in images and Dockerfiles: replace it.
          </p>
          {secrets.value.items.length > 0 && (
            <ul className="divide-y divide-line rounded border border-line">
              {secrets.value.items.map((secret) => (
                <li key={secret.name} className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5">
                  <code className="min-w-0 break-all">{secret.name}</code>
                  <span className="text-sm text-text-2">
                    set <Moment at={secret.updatedAt} />
                  </span>
                  <DeleteButton
                    address={`/projects/${project.id}/secrets/${encodeURIComponent(secret.name)}`}
                    what={`the secret ${secret.name}`}
                    consequence="Builds whose Dockerfile mounts it fail until it is set again."
                  />
                </li>
              ))}
            </ul>
          )}
          <PutSecret projectId={project.id} />
        </div>
      )}
    </Card>
  );
}
