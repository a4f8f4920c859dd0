import type { ShownFile } from '@cooperage/contracts';
import { ScrollBox } from '@/components/ui/scroll-box';
import { classes } from '@/lib/classes';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import type { FileDiff } from '../model/file-diff';
import type { DiffHunk, DiffLine } from '../model/line-diff';
import { linesWords, moreWords, shortened } from '../model/long-lines';

const looks = { same: '', added: 'bg-sunken text-good', gone: 'bg-bad-bg text-bad' } as const;
const signs = { same: ' ', added: '+', gone: '-' } as const;
const words = { same: '', added: 'added: ', gone: 'gone: ' } as const;

export interface DiffLinesProps {
  readonly diff: FileDiff;
  readonly a: Pick<ShownFile, 'bytes' | 'lines'>;
  readonly b: Pick<ShownFile, 'bytes' | 'lines'>;
  readonly label: string;
}

/** What changed between two files, with a little around it. Added and gone are told by sign and word, not by colour alone. */
export function DiffLines({ diff, a, b, label }: DiffLinesProps) {
  if (diff.kind === 'same') return <p className="px-3 py-2.5 text-text-2">The two files are the same.</p>;
  if (diff.kind === 'too_large') return <TooLarge a={a} b={b} firstDifference={diff.firstDifference} />;
  return (
    <>
      <ScrollBox label={label} className="overflow-x-auto py-1.5 code-font text-[12.5px] leading-5">
        <ol aria-label={label}>
          {diff.hunks.map((hunk, index) => (
            <Hunk key={`${hunk.lines[0]?.a} ${hunk.lines[0]?.b}`} hunk={hunk} first={index === 0} />
          ))}
        </ol>
      </ScrollBox>
      {diff.leftOut > 0 && (
        <p className="border-t border-line px-3 py-2 text-sm text-wait">
          {linesWords(diff.leftOut)} more of this difference {diff.leftOut === 1 ? 'is' : 'are'} not shown.
        </p>
      )}
    </>
  );
}

/** The files as a whole, and where one would begin to look. */
function TooLarge({ a, b, firstDifference }: Pick<DiffLinesProps, 'a' | 'b'> & { firstDifference: number | null }) {
  const size = (file: DiffLinesProps['a']): string => `${linesWords(file.lines)} (${formatBytes(file.bytes)})`;
  return (
    <p className="px-3 py-2.5 text-text-2">
      The two files are too large to compare line by line: {size(a)} before, {size(b)} after.
      {firstDifference !== null && ` The first difference is in line ${firstDifference.toLocaleString('en')}.`} The page
      of each build has its file as a download.
    </p>
  );
}

function Hunk({ hunk, first }: { hunk: DiffHunk; first: boolean }) {
  return (
    <>
      {!first && (
        <li aria-label="lines left out" className="px-3 text-text-3 select-none">
          ⋯
        </li>
      )}
      {hunk.lines.map((line) => (
        <Line key={`${line.a} ${line.b}`} line={line} />
      ))}
    </>
  );
}

function Line({ line }: { line: DiffLine }) {
  const { text, more } = shortened(line.text);
  return (
    <li className={classes('grid w-max min-w-full grid-cols-[3.25rem_3.25rem_1rem_1fr] pr-3', looks[line.kind])}>
      <span className="pr-2 text-right text-text-3 select-none">{line.a}</span>
      <span className="pr-2 text-right text-text-3 select-none">{line.b}</span>
      <span aria-hidden>{signs[line.kind]}</span>
      <code className="code-row">
        {line.kind !== 'same' && <span className="sr-only">{words[line.kind]}</span>}
        {visibleText(text.replaceAll('\t', '    '))}
        {more > 0 && <span className="text-text-3 select-none">{moreWords(more)}</span>}
      </code>
    </li>
  );
}
