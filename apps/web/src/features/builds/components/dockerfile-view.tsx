import type { Build, BuildRelations, Step } from '@cooperage/contracts';
import { buttonClass } from '@/components/ui/button';
import { ScrollBox } from '@/components/ui/scroll-box';
import { ProblemPanel } from '@/components/ui/states';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { loadDockerfile } from '../api/load-build';
import { dockerfileRows } from '../model/dockerfile-rows';
import { isOfTarget } from '../model/file-of-target';
import { linesWords } from '../model/long-lines';
import { dockerfileDownload } from '../model/step-address';
import { syntaxWords } from '../model/syntax-words';
import { DockerfileChange } from './dockerfile-change';
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
  const failedLines = place?.line && isOwn(place.file) ? { from: place.line, to: place.endLine ?? place.line } : null;
  const file = dockerfile.value;
  const { path, syntax } = file;
  const warnings = build.warnings.filter((warning) => isOwn(warning.file));
  const notes = Map.groupBy(warnings, (warning) => warning.line);
  const noted = [...notes.keys(), syntax?.line].flatMap((line) => line ?? []);
  const { rows, shown, failed } = dockerfileRows(file, { steps, failedLines, buildIsOver, noted });
  return (
    <>
      <DockerfileChange build={build} change={file} open={failure !== null} />
      <div className="flex items-center justify-between gap-3 border-b border-line px-3 py-1 text-sm text-text-2">
        <code className="min-w-0 break-all">{visibleText(path)}</code>
        <a
          href={dockerfileDownload(build.id, attempt)}
          download
          aria-label="Download the Dockerfile"
          className={buttonClass('quiet', 'text-xs')}
        >
          Download
        </a>
      </div>
      {(shown < file.lines || file.truncated) && (
        <p className="border-b border-line px-3 py-2 text-sm text-wait">
          This file has {linesWords(file.lines)} ({formatBytes(file.bytes)}). {shownWords(shown)}: its beginning, and
          lines that failed, have a note or begin a step. The download holds the whole file.
        </p>
      )}
      <ScrollBox label="Dockerfile" className="overflow-x-auto pb-2 code-font text-[12.5px] leading-7">
        <ol>
          {rows.map((row) =>
            row.kind === 'left_out' ? (
              <LeftOut key={row.from} from={row.from} to={row.to} />
            ) : (
              <DockerfileLine
                key={row.line.number}
                line={row.line}
                failure={row.line.number === failed?.last ? failure : null}
                first={row.line.number === failed?.first}
                notes={notes.get(row.line.number) ?? []}
                resolved={syntax?.line === row.line.number ? syntaxWords(syntax.image, engine) : null}
              />
            ),
          )}
        </ol>
      </ScrollBox>
    </>
  );
}

function LeftOut({ from, to }: { from: number; to: number }) {
  const [first, last] = [from.toLocaleString('en'), to.toLocaleString('en')];
  return (
    <li className="bg-sunken px-3 font-sans text-sm text-text-2">
      {from === to ? `Line ${first} is not shown` : `Lines ${first} to ${last} are not shown`}
    </li>
  );
}

function shownWords(count: number): string {
  return count === 1 ? 'One of them is shown' : `${count.toLocaleString('en')} of them are shown`;
}
