import { type LogLine, unpackSgr } from '@cooperage/domain/predicates';
import { memo } from 'react';
import { classes } from '@/lib/classes';
import { formatOffset } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';

/** Most characters of a line that are drawn. */
const drawnCharacters = 4096;

export interface LogLineProps {
  readonly line: LogLine;
  readonly step: number;
  /** From 1. */
  readonly number: number;
  readonly selected: boolean;
  readonly onPick: (step: number, line: number, extend: boolean) => void;
}

/** One line: its number, which is its address; when it was printed; its text, as text. */
export const LogLineRow = memo(function LogLineRow({ line, step, number, selected, onPick }: LogLineProps) {
  return (
    <div
      className={classes(
        'log-row w-max min-w-full pr-3 hover:bg-sunken',
        selected && 'bg-accent-bg! shadow-[inset_3px_0_var(--accent)]',
        line.notice && 'text-wait italic',
      )}
    >
      <a
        href={`#s${step}:L${number}`}
        aria-label={`Line ${number}`}
        className="pr-3 text-right text-text-3 select-none hover:text-accent"
        onClick={(event) => {
          event.preventDefault();
          onPick(step, number, event.shiftKey);
        }}
      >
        {number}
      </a>
      <span aria-hidden className="hidden pr-3 text-right text-text-3 select-none sm:block">
        +{formatOffset(line.atMs)}
      </span>
      <span>
        {line.notice && <span aria-hidden>▸ </span>}
        <Text line={line} />
        <Leftover line={line} />
      </span>
    </div>
  );
});

function Text({ line }: { line: LogLine }) {
  const text = line.text.slice(0, drawnCharacters);
  if (line.runs === null) return <>{shown(text) || '\u200b'}</>;
  const pieces = [];
  let start = 0;
  let style = 0;
  for (let i = 0; i <= line.runs.length; i += 2) {
    const end = line.runs[i] ?? text.length;
    if (end > start) {
      pieces.push(
        <span key={start} className={sgrClass(style)}>
          {shown(text.slice(start, end))}
        </span>,
      );
    }
    start = end;
    style = line.runs[i + 1] ?? 0;
  }
  return <>{pieces}</>;
}

/** Tabs stay; what reorders or hides text is written as its code. */
function shown(text: string): string {
  return text.includes('\t') ? text.split('\t').map(visibleText).join('\t') : visibleText(text);
}

function sgrClass(packed: number): string | undefined {
  if (packed === 0) return undefined;
  const style = unpackSgr(packed);
  return classes(
    style.foreground > 0 && `sgr-f${style.foreground}`,
    style.background > 0 && `sgr-b${style.background}`,
    style.bold && 'sgr-bold',
    style.dim && 'sgr-dim',
    style.italic && 'sgr-italic',
    style.underline && 'sgr-underline',
    style.inverse && 'sgr-inverse',
  );
}

/** What the page does not draw is said, never left out silently. */
function Leftover({ line }: { line: LogLine }) {
  const hidden = Math.max(0, line.text.length - drawnCharacters) + line.cutCharacters;
  return (
    <>
      {hidden > 0 && <span className="text-wait"> … {hidden} more characters in the download</span>}
      {line.rewrites > 0 && (
        <span
          className="ml-2 text-text-3 select-none"
          title="A progress display wrote this line anew; the last state is shown"
        >
          {line.rewrites + 1} updates
        </span>
      )}
    </>
  );
}
