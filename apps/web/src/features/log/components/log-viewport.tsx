'use client';

import { useMemo } from 'react';
import { Button } from '@/components/ui/button';
import { classes } from '@/lib/classes';
import type { LineAddress } from '../model/line-address';
import type { LogDocument } from '../model/log-document';
import { layOut, visibleBlocks } from '../model/log-window';
import { LogBlock } from './log-block';
import type { LogStep } from './log-panel';
import type { LineTarget } from './use-line-selection';
import { useScroll } from './use-scroll';

/** Rows drawn above and below the screen; with a tall window about 300 in all. */
const overscan = 120;

export interface LogViewportProps {
  readonly log: LogDocument;
  readonly revision: number;
  readonly steps: readonly LogStep[];
  readonly folded: ReadonlySet<number>;
  /** No line will come any more. */
  readonly ended: boolean;
  readonly buildIsOver: boolean;
  readonly selection: LineAddress | null;
  readonly target: LineTarget | null;
  readonly onFold: (ordinal: number) => void;
  readonly onUnfold: (ordinal: number) => void;
  readonly onPick: (step: number, line: number, extend: boolean) => void;
}

/** All steps in one scroll, of which only what is on screen is drawn. */
export function LogViewport(props: LogViewportProps) {
  const { log, revision, steps, folded, selection, ended, buildIsOver, target, onUnfold } = props;
  const layout = useMemo(
    // The document grows in place; its revision says when.
    () => layOut(log.steps.map(({ ordinal, count }) => ({ ordinal, rows: count, folded: folded.has(ordinal) }))),
    [log, revision, folded],
  );
  const failing = steps.find((step) => step.failed)?.ordinal ?? null;
  const scroll = useScroll({ layout, target, failing, ended, buildIsOver, onUnfold });
  const visible = visibleBlocks(layout, scroll.top, scroll.height, overscan);
  return (
    <div className="relative">
      <div
        ref={scroll.element}
        role="log"
        aria-live="off"
        aria-label="Log of the build"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
        onScroll={scroll.onScroll}
        onKeyDown={(event) => {
          if (event.key !== 'End') return;
          event.preventDefault();
          scroll.follow();
        }}
        className={classes(
          '@container overflow-auto code-font text-[12.5px] [overflow-anchor:none] focus-visible:outline-offset-[-2px]',
          // A log that goes on keeps its place; one that has ended takes only what it needs.
          ended ? 'max-h-[max(20rem,calc(100dvh-18rem))]' : 'h-[max(20rem,calc(100dvh-18rem))]',
        )}
      >
        <div className="relative w-max min-w-full" style={{ height: layout.height }}>
          {visible.map((each) => {
            const lines = log.find(each.block.ordinal);
            return (
              lines && (
                <LogBlock
                  key={each.block.ordinal}
                  visible={each}
                  lines={lines}
                  step={steps.find((step) => step.ordinal === each.block.ordinal)}
                  selection={selection}
                  onFold={props.onFold}
                  onPick={props.onPick}
                />
              )
            );
          })}
        </div>
      </div>
      {!scroll.following && layout.height > scroll.height && (
        <Button onClick={scroll.follow} className="absolute right-4 bottom-3 z-2 shadow-md">
          {ended ? 'To the end' : 'Follow'}
        </Button>
      )}
    </div>
  );
}
