import type { Evidence, Failure } from '@cooperage/contracts';
import { visibleText } from '@/lib/format/names';
import { StepLink } from './step-link';

/** Of what was printed before the line that says why, lines that are shown at once. */
const shownBefore = 7;
const linesLook = 'block whitespace-pre-wrap break-words [unicode-bidi:isolate]';

interface EvidenceLinesProps {
  readonly failure: Failure;
  /** Where the log is; the line that says why leads there. */
  readonly logAddress: string | null;
}

/** What the step printed around the line that says why, or the file around its line, as much as the API gives. */
export function EvidenceLines({ failure, logAddress }: EvidenceLinesProps) {
  const { evidence, logLine, place } = failure;
  if (evidence === null) return <span className="text-text-2">Nothing was printed.</span>;
  if (evidence.source === 'busy')
    return (
      <span className="text-text-2">
        Too many logs are being read at the moment. Load the page again to see what was printed.
      </span>
    );
  const lines = numbered(evidence);
  const said = evidence.source === 'log' && logLine ? logLine.number - evidence.firstLine : lines.length - 1;
  const before = evidence.source === 'log' ? lines.slice(0, Math.max(0, said - shownBefore)) : [];
  const href =
    place?.stepOrdinal === undefined ? null : `${logAddress ?? ''}#s${place.stepOrdinal}:L${logLine?.number}`;
  return (
    <>
      {before.length > 0 && (
        <details>
          <summary className="min-h-6 cursor-pointer font-sans text-sm text-text-2">
            {before.length} {before.length === 1 ? 'line' : 'lines'} before
          </summary>
          <code className={linesLook}>{before.join('\n')}</code>
        </details>
      )}
      <pre className={linesLook}>
        {lines.slice(before.length).map((line, index) => (
          <EvidenceLine
            key={index}
            text={line}
            isFirst={index === 0}
            href={logLine && before.length + index === said ? href : null}
          />
        ))}
      </pre>
    </>
  );
}

interface EvidenceLineProps {
  readonly text: string;
  readonly isFirst: boolean;
  /** Of the line that says why. */
  readonly href: string | null;
}

function EvidenceLine({ text, isFirst, href }: EvidenceLineProps) {
  return (
    <>
      {!isFirst && '\n'}
      {href === null ? (
        text
      ) : (
        <StepLink
          href={href}
          row={false}
          className="font-semibold underline decoration-line-strong underline-offset-2 hover:decoration-current"
        >
          {text || '\u200b'}
        </StepLink>
      )}
    </>
  );
}

function numbered({ source, firstLine, lines }: Evidence): string[] {
  const width = String(firstLine + lines.length - 1).length;
  return lines.map((line, index) => {
    const text = visibleText(line.replaceAll('\t', '  '));
    return source === 'log' ? text : `${String(firstLine + index).padStart(width)}  ${text}`;
  });
}
