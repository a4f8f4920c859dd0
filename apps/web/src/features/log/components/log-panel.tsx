'use client';

import { useState } from 'react';
import { buttonClass } from '@/components/ui/button';
import { logDownload } from '../api/log-ports';
import type { LogDocument } from '../model/log-document';
import { FeedNote } from './feed-note';
import { LogViewport } from './log-viewport';
import { useLineSelection } from './use-line-selection';
import { useLog } from './use-log';

/** What the log knows of a step besides its lines. */
export interface LogStep {
  readonly ordinal: number;
  readonly name: string;
  readonly ms: number | null;
  readonly failed: boolean;
}

export interface LogPanelProps {
  readonly buildId: string;
  readonly attempt: number;
  readonly steps: readonly LogStep[];
  readonly buildIsOver: boolean;
}

export function LogPanel({ buildId, attempt, steps, buildIsOver }: LogPanelProps) {
  const { log, state, revision, more } = useLog(buildId, attempt);
  const { selection, target, pick } = useLineSelection();
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const fold = (ordinal: number): void =>
    setFolded((before) => {
      const after = new Set(before);
      if (!after.delete(ordinal)) after.add(ordinal);
      return after;
    });
  return (
    <>
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1 text-xs text-text-2">
        <span className="tabular-nums">{log.lineCount.toLocaleString('en')} lines</span>
        <FeedNote state={state} onMore={more} />
        <span className="flex-1" />
        <a
          href={logDownload(buildId, attempt, 'text')}
          download
          data-key="D"
          className={buttonClass('quiet', 'text-xs')}
        >
          Download
        </a>
        <a href={logDownload(buildId, attempt, 'jsonl')} download className={buttonClass('quiet', 'text-xs')}>
          JSON lines
        </a>
      </div>
      {isEmpty(log) ? (
        <p className="px-3 py-6 text-text-2">{emptyWords(state.kind, buildIsOver)}</p>
      ) : (
        <LogViewport
          log={log}
          revision={revision}
          steps={steps}
          folded={folded}
          ended={state.kind === 'complete'}
          buildIsOver={buildIsOver}
          selection={selection}
          target={target}
          onFold={fold}
          onUnfold={(ordinal) => folded.has(ordinal) && fold(ordinal)}
          onPick={pick}
        />
      )}
    </>
  );
}

function isEmpty(log: LogDocument): boolean {
  return log.steps.length === 0;
}

function emptyWords(kind: string, buildIsOver: boolean): string {
  if (kind === 'loading') return 'Reading the log.';
  if (kind === 'complete' || buildIsOver) return 'This attempt printed nothing.';
  return 'Nothing was printed yet. Lines appear here as the steps print them.';
}
