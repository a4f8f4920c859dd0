import type { Build, DockerfileChange as Change } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { buildPath } from '@/lib/address/paths';
import { type FileDiff, fileDiff } from '../model/file-diff';
import { linesWords } from '../model/long-lines';
import { DiffLines } from './diff-lines';

export interface DockerfileChangeProps {
  readonly build: Build;
  readonly change: Change;
  readonly open: boolean;
}

/** What is different from the file of the last build that went well. */
export function DockerfileChange({ build, change, open }: DockerfileChangeProps) {
  const { against, firstDifference } = change;
  if (!against) {
    return (
      <p className="border-b border-line px-3 py-1.5 text-sm text-text-2">
        No earlier build of this rule went well, so there is nothing to compare with.
      </p>
    );
  }
  const green = (
    <Link href={buildPath({ ...build, number: against.number })} className={textLinkClass}>
      #{against.number}
    </Link>
  );
  if (firstDifference === null && against.path === change.path) {
    return (
      <p className="border-b border-line px-3 py-1.5 text-sm text-text-2">Unchanged since {green}, which went well.</p>
    );
  }
  const diff = fileDiff(against, change, firstDifference);
  return (
    <details open={open} className="border-b border-line">
      <summary data-row className="min-h-7 cursor-pointer px-3 py-1.5 text-sm text-text-2">
        {changeWords(diff)} since #{against.number}, which went well
      </summary>
      <p className="px-3 text-sm text-text-2">From {green} to this build:</p>
      <DiffLines diff={diff} a={against} b={change} label={`Changes of the Dockerfile since build ${against.number}`} />
    </details>
  );
}

function changeWords(diff: FileDiff): string {
  if (diff.kind === 'too_large') return 'Changed';
  const { added, gone } = diff.kind === 'lines' ? diff : { added: 0, gone: 0 };
  return `${linesWords(added)} added, ${linesWords(gone)} gone`;
}
