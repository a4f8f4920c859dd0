import type { Build, BuildRelations, DockerfileChange, Step } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { ScrollBox } from '@/components/ui/scroll-box';
import { ProblemPanel } from '@/components/ui/states';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { loadDockerfile } from '../api/load-build';
import { dockerfileLines } from '../model/dockerfile-lines';
import { isOfTarget } from '../model/file-of-target';
import { lineDiff } from '../model/line-diff';
import { syntaxWords } from '../model/syntax-words';
import { DiffLines } from './diff-lines';
import { DockerfileLine } from './dockerfile-line';

export interface DockerfileViewProps {
  readonly build: Build;
  readonly attempt: number;
  readonly steps: readonly Step[];
  readonly buildIsOver: boolean;
  readonly engine: BuildRelations['engine'];
}

/** The file as it was at this commit, beside what became of each line and what changed since it last went well. */
export async function DockerfileView({ build, attempt, steps, buildIsOver, engine }: DockerfileViewProps) {
  const dockerfile = await loadDockerfile(build.id, attempt);
  if (!dockerfile.ok && dockerfile.problem.status === 404) {
    return <p className="px-3 py-4 text-text-2">No Dockerfile was read in this attempt.</p>;
  }
  if (!dockerfile.ok) return <ProblemPanel problem={dockerfile.problem} what="The Dockerfile" />;
  const failure = attempt === build.attempt ? build.failure : null;
  const place = failure?.place;
  const isOwn = (file: string | null | undefined) => !isOfTarget(build, file);
  const failed = place?.line && isOwn(place.file) ? { from: place.line, to: place.endLine ?? place.line } : null;
  const { path, text, syntax } = dockerfile.value;
  const lines = dockerfileLines(text, steps, failed, buildIsOver);
  return (
    <>
      <Change build={build} change={dockerfile.value} open={failure !== null} />
      <ScrollBox label="Dockerfile" className="overflow-x-auto pb-2 code-font text-[12.5px] leading-7">
        <p className="border-b border-line px-3 py-1.5 font-sans text-sm text-text-2">
          <code>{visibleText(path)}</code>
        </p>
        <ol>
          {lines.map((line) => (
            <DockerfileLine
              key={line.number}
              line={line}
              failure={line.number === failed?.to ? failure : null}
              first={line.number === failed?.from}
              notes={build.warnings.filter((warning) => warning.line === line.number && isOwn(warning.file))}
              resolved={syntax?.line === line.number ? syntaxWords(syntax.image, engine) : null}
            />
          ))}
        </ol>
      </ScrollBox>
    </>
  );
}

interface ChangeProps {
  readonly build: Build;
  readonly change: DockerfileChange;
  readonly open: boolean;
}

/** What is different from the file of the last build that went well. */
function Change({ build, change, open }: ChangeProps) {
  const { against } = change;
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
  if (against.text === change.text && against.path === change.path) {
    return (
      <p className="border-b border-line px-3 py-1.5 text-sm text-text-2">Unchanged since {green}, which went well.</p>
    );
  }
  return (
    <details open={open} className="border-b border-line">
      <summary data-row className="min-h-7 cursor-pointer px-3 py-1.5 text-sm text-text-2">
        {changeWords(change.text, against.text)} since #{against.number}, which went well
      </summary>
      <p className="px-3 text-sm text-text-2">From {green} to this build:</p>
      <DiffLines a={against.text} b={change.text} label={`Changes of the Dockerfile since build ${against.number}`} />
    </details>
  );
}

function changeWords(text: string, before: string): string {
  const lines = lineDiff(before, text);
  const count = (kind: string): number => lines.filter((line) => line.kind === kind).length;
  const [added, gone] = [count('added'), count('gone')];
  const one = (number: number, word: string): string => `${number} ${number === 1 ? 'line' : 'lines'} ${word}`;
  return `${one(added, 'added')}, ${one(gone, 'gone')}`;
}
