import type { Project } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import type { PageQuery } from '@/lib/address/query';
import { withQuery } from '@/lib/api/list';
import { DangerCard } from './danger-card';
import { GeneralCard } from './general-card';
import { GitCard } from './git-card';
import { HooksCard } from './hooks-card';
import { KeysCard } from './keys-card';
import { RegistriesCard } from './registries-card';
import { RulesCard } from './rules-card';
import { SecretsCard } from './secrets-card';

const parts = [
  ['rules', 'Rules'],
  ['hooks', 'Webhooks'],
  ['git', 'Git credentials'],
  ['secrets', 'Build secrets'],
  ['registries', 'Registries'],
  ['keys', 'Signing keys'],
  ['general', 'General and limits'],
  ['danger', 'Delete'],
] as const;

/** All parts are asked for at once and come together: one after the other they would push each other down. */
export function SettingsPage({ project, query }: { project: Project; query: PageQuery }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[11rem_minmax(0,52rem)]">
      <nav aria-label="Settings" className="sticky top-14 hidden lg:block">
        <ul className="grid gap-0.5">
          {parts.map(([id, label]) => (
            <li key={id}>
              <a href={`#${id}`} className="block rounded px-2 py-1 text-text-2 hover:bg-sunken hover:text-text">
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="grid min-w-0 gap-4 *:scroll-mt-14">
        <p>
          <Link
            href={withQuery('/audit', { organization: project.organizationId, project: project.id })}
            className={textLinkClass}
          >
            History of this project
          </Link>
        </p>
        <RulesCard project={project} query={query} />
        <HooksCard project={project} />
        <GitCard project={project} />
        <SecretsCard project={project} />
        <RegistriesCard project={project} />
        <KeysCard project={project} />
        <GeneralCard project={project} />
        <DangerCard projectId={project.id} name={`${project.organizationSlug}/${project.slug}`} />
      </div>
    </div>
  );
}
