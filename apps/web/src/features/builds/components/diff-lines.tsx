import { ScrollBox } from '@/components/ui/scroll-box';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { type DiffHunk, type DiffLine, hunksOf, lineDiff } from '../model/line-diff';

const looks = { same: '', added: 'bg-sunken text-good', gone: 'bg-bad-bg text-bad' } as const;
const signs = { same: ' ', added: '+', gone: '-' } as const;
const words = { same: '', added: 'added: ', gone: 'gone: ' } as const;

/** What changed between two files, with a little around it. Added and gone are told by sign and word, not by colour alone. */
export function DiffLines({ a, b, label }: { a: string; b: string; label: string }) {
  const hunks = hunksOf(lineDiff(a, b));
  if (hunks.length === 0) return <p className="px-3 py-2.5 text-text-2">The two files are the same.</p>;
  return (
    <ScrollBox label={label} className="overflow-x-auto py-1.5 code-font text-[12.5px] leading-5">
      <ol aria-label={label}>
        {hunks.map((hunk, index) => (
          <Hunk key={`${hunk.lines[0]?.a} ${hunk.lines[0]?.b}`} hunk={hunk} first={index === 0} />
        ))}
      </ol>
    </ScrollBox>
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
  return (
    <li className={classes('grid w-max min-w-full grid-cols-[2.75rem_2.75rem_1rem_1fr] pr-3', looks[line.kind])}>
      <span className="pr-2 text-right text-text-3 select-none">{line.a}</span>
      <span className="pr-2 text-right text-text-3 select-none">{line.b}</span>
      <span aria-hidden>{signs[line.kind]}</span>
      <code className="code-row">
        {line.kind !== 'same' && <span className="sr-only">{words[line.kind]}</span>}
        {visibleText(line.text.replaceAll('\t', '    '))}
      </code>
    </li>
  );
}
