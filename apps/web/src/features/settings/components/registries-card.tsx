import type { Project } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { TrialButton } from '@/components/ui/trial-button';
import { visibleText } from '@/lib/format/names';
import { loadRegistryCredentials } from '../api/load-settings';
import { PutRegistryCredential } from './put-registry-credential';

export async function RegistriesCard({ project }: { project: Project }) {
  const credentials = await loadRegistryCredentials(project.id);
  return (
    <Card id="registries" title="Registries for base images">
      {!credentials.ok ? (
        <ProblemPanel problem={credentials.problem} what="The credentials" />
      ) : (
        <div className="grid gap-3 p-3">
          {credentials.value.items.length > 0 && (
            <ul className="divide-y divide-line rounded border border-line">
              {credentials.value.items.map((credential) => (
                <li key={credential.host} className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5">
                  <code className="min-w-0 break-all">{visibleText(credential.host)}</code>
                  <span className="text-text-2">as {visibleText(credential.username)}</span>
                  <span className="text-sm text-text-2">
                    set <Moment at={credential.updatedAt} />
                  </span>
                  <TrialButton
                    address={`/projects/${project.id}/registry-credentials/${encodeURIComponent(credential.host)}/trial`}
                    label="Try"
                    what={`the credentials for ${credential.host}`}
                  />
                  <DeleteButton
                    address={`/projects/${project.id}/registry-credentials/${encodeURIComponent(credential.host)}`}
                    what={`the credentials for ${credential.host}`}
                    consequence="Builds whose base images are private there fail until they are set again."
                  />
                </li>
              ))}
            </ul>
          )}
          <PutRegistryCredential projectId={project.id} />
        </div>
      )}
    </Card>
  );
}
