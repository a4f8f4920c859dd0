import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import type { CallAnswer } from '../api/call';

/** What came back. It may hold strangers' words, so it is text and nothing else. */
export function CallResult({ answer }: { answer: CallAnswer }) {
  return (
    <section aria-label="Answer" className="min-w-0 rounded border border-line">
      <p className="flex flex-wrap gap-x-4 border-b border-line px-3 py-1.5 text-sm">
        <b className={classes('font-semibold', answer.status < 400 ? 'text-good' : 'text-bad')}>{answer.status}</b>
        <span className="text-text-2 tabular-nums">{formatDuration(answer.tookMs)}</span>
        <span className="text-text-2">{answer.contentType}</span>
        {answer.requestId && (
          <span className="text-text-2">
            request <code className="break-all">{answer.requestId}</code>
          </span>
        )}
      </p>
      {answer.text !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
        <pre tabIndex={0} className="max-h-96 overflow-auto px-3 py-2.5 text-sm">
          {answer.text}
        </pre>
      )}
      {answer.cut && <p className="border-t border-line px-3 py-1.5 text-sm text-wait">The rest is not shown.</p>}
    </section>
  );
}
