import type { Page, Project, Rule } from '@cooperage/contracts';
import { Badge } from '@/components/ui/badge';
import { OutsideLink } from '@/components/ui/link';
import { Tabs } from '@/components/ui/tabs';
import { NewestImage } from '@/features/images/components/newest-image';
import { projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { BuildNow } from './build-now';
import { DefaultBranch } from './default-branch';
import type { StartRule } from './start-build';

export type ProjectTab = 'builds' | 'images' | 'deliveries' | 'cache' | 'settings';

const tabs: readonly { readonly id: ProjectTab; readonly label: string; readonly path: string }[] = [
  { id: 'builds', label: 'Builds', path: '' },
  { id: 'images', label: 'Images', path: '/images' },
  { id: 'deliveries', label: 'Deliveries', path: '/deliveries' },
  { id: 'cache', label: 'Cache', path: '/cache' },
  { id: 'settings', label: 'Settings', path: '/settings' },
];

export interface ProjectHeaderProps {
  readonly project: Project;
  readonly tab: ProjectTab;
  /** Set where a build can be started. */
  readonly rules?: Page<Rule>;
}

export function ProjectHeader({ project, tab, rules }: ProjectHeaderProps) {
  return (
    <header className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h1 className="flex flex-wrap items-center gap-2 text-xl font-semibold tracking-tight break-words">
            <span className="min-w-0">{visibleText(project.name)}</span> <Badge>{project.visibility}</Badge>
          </h1>
          {project.description && <p className="mt-1 max-w-[80ch]">{visibleText(project.description)}</p>}
          <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-text-2">
            <OutsideLink href={project.remoteUrl}>{visibleText(project.remoteUrl)}</OutsideLink>
            <DefaultBranch project={project} />
          </p>
        </div>
        <div className="flex min-w-0 flex-col gap-2 sm:items-end">
          {rules && <BuildNow project={project} rules={rules.items.map(toStartRule)} moreRules={rules.next !== null} />}
          {tab === 'builds' && <NewestImage project={project} />}
        </div>
      </div>
      <div className="border-b border-line">
        <Tabs
          label="Parts of the project"
          items={tabs.map(({ id, label, path }) => ({
            href: `${projectPath(project)}${path}`,
            label,
            active: id === tab,
          }))}
        />
      </div>
    </header>
  );
}

function toStartRule({ id, name, enabled, refKind, refPattern, tags }: Rule): StartRule {
  return { id, name, enabled, refKind, refPattern, tags };
}
