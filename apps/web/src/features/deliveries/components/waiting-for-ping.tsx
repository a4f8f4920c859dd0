import type { Project } from '@cooperage/contracts';
import { buttonClass } from '@/components/ui/button';
import { CopyLine } from '@/components/ui/copy-line';
import { Link } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';
import { projectPath } from '@/lib/address/paths';

/** No call has proved itself yet. The page listens, so the first one takes this away. */
export function WaitingForPing({ project }: { project: Project }) {
  return (
    <Empty
      title="No call of the git host has come yet."
      action={
        <Link className={buttonClass('primary')} href={`${projectPath(project)}/settings#hooks`}>
          Get a secret for the git host
        </Link>
      }
      command={{ method: 'POST', path: `/projects/${project.id}/hook-secrets` }}
    >
      <p role="status" className="flex items-center justify-center gap-2">
        <svg
          aria-hidden
          viewBox="0 0 16 16"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          className="size-4 text-run"
        >
          <circle cx="8" cy="8" r="6" strokeDasharray="26 12" className="turning" />
        </svg>
        Listening. A ping or a push shows up here by itself.
      </p>
      <p>
        Give your git host this address for its push webhooks, as JSON, with the project’s secret. The secret was shown
        once, when the project was made; the settings make a new one. A call with a wrong secret shows up below.
      </p>
      <div className="text-left">
        <CopyLine text={project.hookUrl} what="hook address" />
      </div>
    </Empty>
  );
}
