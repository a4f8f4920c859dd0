import type { Project } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { loadHookSecrets } from '../api/load-settings';
import { NewHookSecret } from './new-hook-secret';

export async function HooksCard({ project }: { project: Project }) {
  const secrets = await loadHookSecrets(project.id);
  return (
    <Card id="hooks" title="Webhooks">
      <div className="grid gap-3 p-3">
        <div className="grid gap-1">
          <p className="font-medium">Address for the git host</p>
          <CopyLine text={project.hookUrl} what="hook address" />
          <p className="text-sm text-text-2">
            Push events, as JSON. GitHub, GitLab, Gitea, Forgejo and everything that speaks Standard Webhooks are told
            apart by what they send.
          </p>
        </div>
        {!secrets.ok ? (
          <ProblemPanel problem={secrets.problem} what="The secrets" />
        ) : (
          <>
            <ul className="divide-y divide-line rounded border border-line">
              {secrets.value.items.map((secret) => (
                <li key={secret.id} className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5">
                  <code>{secret.prefix}…</code>
                  <span className="text-sm text-text-2">
                    made <Moment at={secret.createdAt} />,{' '}
                    {secret.lastUsedAt ? (
                      <>
                        used <Moment at={secret.lastUsedAt} />
                      </>
                    ) : (
                      'never used'
                    )}
                  </span>
                  <DeleteButton
                    address={`/projects/${project.id}/hook-secrets/${secret.id}`}
                    what={`the secret ${secret.prefix}…`}
                    consequence="Calls that are signed with it are refused from now on. Give the git host another one first."
                  />
                </li>
              ))}
            </ul>
            <NewHookSecret projectId={project.id} />
          </>
        )}
      </div>
    </Card>
  );
}
