import type { DryRun } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { ProblemPanel } from '@/components/ui/states';
import type { ProjectName } from '@/lib/address/paths';
import { shortCommit, shortRef, visibleText } from '@/lib/format/names';
import { loadDryRun } from '../api/load-deliveries';
import { VerdictList } from './verdict-list';

/** What today's rules would make of the call. It is shown, and nothing happens. */
export async function DryRunCard({ id, project }: { id: string; project: ProjectName }) {
  const run = await loadDryRun(id);
  if (!run.ok) {
    return (
      <Card title="Dry run">
        <ProblemPanel problem={run.problem} what="The dry run" />
      </Card>
    );
  }
  const { ref, commit, verdicts } = run.value;
  return (
    <Card title="Dry run" aside="by the rules as they are now; nothing was started">
      <p className="border-b border-line px-3 py-2 text-sm text-text-2">
        <code className="break-all">{visibleText(shortRef(ref))}</code> at <code>{shortCommit(commit)}</code>.{' '}
        {pathsSentence(run.value)}
      </p>
      <VerdictList
        project={project}
        verdicts={verdicts.map((verdict) => ({ ...verdict, tagsLeftOut: 0, buildId: null, buildNumber: null }))}
      />
    </Card>
  );
}

function pathsSentence({ changedPaths }: DryRun): string {
  if (changedPaths === null)
    return 'The call does not list all paths that changed, so rules with paths are taken to match; a replay asks the git host.';
  return `The call lists ${changedPaths.length} changed ${changedPaths.length === 1 ? 'path' : 'paths'}.`;
}
