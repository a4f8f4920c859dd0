import type { HookSecretInfo, Project } from '@cooperage/contracts';
import { buttonClass } from '@/components/ui/button';
import { CopyLine } from '@/components/ui/copy-line';
import { Link } from '@/components/ui/link';
import { projectPath } from '@/lib/address/paths';

export interface CreatedProject {
  readonly project: Project;
  readonly hookSecret: HookSecretInfo & { readonly secret: string };
}

/** What to give the git host. The secret is on screen now and never again. */
export function ProjectMade({ created: { project, hookSecret } }: { created: CreatedProject }) {
  return (
    <div role="status" className="grid gap-4 p-4">
      <h2 className="text-lg font-semibold">
        {project.organizationSlug}/{project.slug} is there. Now tell the git host.
      </h2>
      <div className="grid gap-1">
        <p className="font-medium">Address for push webhooks</p>
        <CopyLine text={project.hookUrl} what="hook address" />
      </div>
      <div className="grid gap-1">
        <p className="font-medium">Secret of the webhook</p>
        <CopyLine text={hookSecret.secret} what="hook secret" />
        <p className="text-sm text-wait">Copy it now. It is shown this once; a lost one is replaced by a new one.</p>
      </div>
      <p className="flex flex-wrap gap-2">
        <Link href={projectPath(project)} className={buttonClass('primary')}>
          Go to the project
        </Link>
        <Link href={`${projectPath(project)}/settings`} className={buttonClass()}>
          Give it credentials and rules
        </Link>
      </p>
    </div>
  );
}
