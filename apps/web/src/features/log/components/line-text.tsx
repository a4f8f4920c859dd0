import { type LogLine, unpackSgr } from '@cooperage/domain/predicates';
import type { ReactNode } from 'react';
import { OutsideLink } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { linePieces, type Piece } from '../model/line-pieces';
import type { SearchWords } from '../model/log-search';

/** Most characters of a line that are drawn. */
const drawnCharacters = 4096;

interface LineTextProps {
  readonly line: LogLine;
  readonly words: SearchWords;
  readonly onEarlier: (states: readonly string[]) => void;
}

/** The text of a line in its colours, and what is not drawn of it said in words. */
export function LineText({ line, words, onEarlier }: LineTextProps) {
  const pieces = linePieces(line, drawnCharacters, words);
  return (
    <>
      {line.notice && <span aria-hidden>▸ </span>}
      {pieces.length === 0 ? '\u200b' : pieces.map((piece) => <PieceOfLine key={piece.start} piece={piece} />)}
      <Leftover line={line} onEarlier={onEarlier} />
    </>
  );
}

function PieceOfLine({ piece }: { piece: Piece }) {
  const text: ReactNode =
    piece.secret === null ? (
      shown(piece.text)
    ) : (
      <span title="Masked by the service" className="rounded bg-sunken px-1 text-text-2">
        ••• {visibleText(piece.secret)}
      </span>
    );
  const content = piece.found ? <mark className="bg-wait text-bg">{text}</mark> : text;
  const styled = piece.style === 0 ? content : <span className={sgrClass(piece.style)}>{content}</span>;
  return piece.href === null ? styled : <OutsideLink href={piece.href}>{styled}</OutsideLink>;
}

/** Tabs stay; what reorders or hides text is written as its code. */
function shown(text: string): string {
  return text.includes('\t') ? text.split('\t').map(visibleText).join('\t') : visibleText(text);
}

function sgrClass(packed: number): string {
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
function Leftover({ line, onEarlier }: Omit<LineTextProps, 'words'>) {
  const hidden = Math.max(0, line.text.length - drawnCharacters) + line.cutCharacters;
  const { earlier } = line;
  return (
    <>
      {hidden > 0 && <span className="text-wait"> … {hidden} more characters in the download</span>}
      {earlier && (
        <button
          type="button"
          onClick={() => onEarlier([...earlier, line.text])}
          className="ml-2 rounded border border-line px-1 font-sans text-xs text-text-3 select-none hover:text-text"
          title="A progress display wrote this line anew; the last state is shown"
        >
          {line.rewrites + 1} updates
        </button>
      )}
    </>
  );
}
