import type { Evidence } from '@cooperage/contracts';
import { visibleText } from '@/lib/format/names';

/** Of a longer piece of evidence the end is shown at once: there a step says why it failed. */
const shownAtOnce = 8;
const linesLook = 'block whitespace-pre-wrap break-words [unicode-bidi:isolate]';

/** What the step printed last, or the file around its line, as many lines as the API gives. */
export function EvidenceLines({ evidence }: { evidence: Evidence | null }) {
  if (evidence === null) return <span className="text-text-2">Nothing was printed.</span>;
  const lines = numbered(evidence);
  const before = evidence.source === 'log' ? lines.slice(0, -shownAtOnce) : [];
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
      <pre className={linesLook}>{lines.slice(before.length).join('\n')}</pre>
    </>
  );
}

function numbered({ firstLine, lines }: Evidence): string[] {
  const width = firstLine === null ? 0 : String(firstLine + lines.length - 1).length;
  return lines.map((line, index) => {
    const text = visibleText(line.replaceAll('\t', '  '));
    return firstLine === null ? text : `${String(firstLine + index).padStart(width)}  ${text}`;
  });
}
