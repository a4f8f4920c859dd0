import type { Project } from '@cooperage/contracts';
import { CopyLine } from '@/components/ui/copy-line';
import { Link, textLinkClass } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';
import { projectPath } from '@/lib/address/paths';

/** A project without a build: what is missing is the first push. */
export function FirstPush({ project }: { project: Project }) {
  return (
    <Empty title="Nothing was built yet">
      <p>
        Give your git host this address for its push webhooks. The secret that goes with it was shown when the project
        was made; a new one is in the{' '}
        <Link className={textLinkClass} href={`${projectPath(project)}/settings#hooks`}>
          settings
        </Link>
        . The first call shows up here by itself.
      </p>
      <div className="text-left">
        <CopyLine text={project.hookUrl} what="hook address" />
      </div>
      <p>Or start one by hand with “Build now”.</p>
    </Empty>
  );
}
