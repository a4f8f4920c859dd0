import type { Project } from '@cooperage/contracts';
import { CopyLine } from '@/components/ui/copy-line';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Empty } from '@/components/ui/states';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { projectPath } from '@/lib/address/paths';
import { loadGlance } from '../api/load-glance';
import { startCall } from '../model/start-call';
import { StartFirst } from './start-first';

/** A call that starts no build has no event of its own: it is looked for this often, in milliseconds. */
const lookMs = 3000;

/** A project without a build: what is missing is the first push, or a rule that matches it. */
export async function FirstPush({ project }: { project: Project }) {
  const glance = await loadGlance(project.id);
  const calledAt = glance.ok ? glance.value.lastCallAt : null;
  return (
    <>
      <LiveRefresh scopes={[{ projectId: project.id }]} tickMs={lookMs} />
      <Empty title="Nothing was built yet." action={<StartFirst />} command={startCall(project)}>
        {calledAt === null ? <NoCallYet project={project} /> : <Called project={project} at={calledAt} />}
      </Empty>
    </>
  );
}

function NoCallYet({ project }: { project: Project }) {
  return (
    <>
      <p>
        Give your git host this address for its push webhooks. The secret that goes with it was shown when the project
        was made; a new one is in the{' '}
        <Link className={textLinkClass} href={`${projectPath(project)}/settings#hooks`}>
          settings
        </Link>
        .
      </p>
      <div className="text-left">
        <CopyLine text={project.hookUrl} what="hook address" />
      </div>
      <p role="status" className="text-wait">
        Waiting for the first call. It shows up here by itself.
      </p>
    </>
  );
}

function Called({ project, at }: { project: Project; at: string }) {
  return (
    <p role="status">
      <strong className="font-semibold text-good">The git host has called</strong>, <Moment at={at} flowing />, and its
      proof was right. The next push to a branch that a rule matches starts a build;{' '}
      <Link className={textLinkClass} href={`${projectPath(project)}/deliveries`}>
        the deliveries
      </Link>{' '}
      say what came of each call.
    </p>
  );
}
