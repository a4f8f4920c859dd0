'use client';

import { useEffect, useMemo, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { onDemand } from '@/components/ui/on-demand';
import { classes } from '@/lib/classes';
import type { FailingPlace } from '../model/goal';
import type { JoinedLog } from '../model/joined-log';
import { headerHeight, layOut, visibleBlocks } from '../model/log-window';
import { barHeight } from '../model/scaled-scroll';
import type { ShownRows } from '../model/shown-rows';
import { isHeading } from '../model/step-key';
import { AttemptHeading } from './attempt-heading';
import { goToLines, walkLines } from './line-keys';
import { LogBlock, type LogLook, widthClass } from './log-block';
import type { LogStep } from './log-step';
import type { LineTarget } from './use-line-selection';
import { useScroll } from './use-scroll';
import { useSeenHeights } from './use-seen-heights';

const HitMarks = onDemand(() => import('./hit-marks').then((module) => module.HitMarks), null);

/** Of a log that goes on, from before its first line. */
export const liveHeight = 'h-[max(20rem,calc(100dvh-19.75rem))]';

/** Rows drawn above and below the screen; with a tall window about 200 in all. */
const overscan = 60;
/** While a log goes on and is followed nobody scrolls in it: rows that no one sees would only keep keys waiting. */
const overscanOfFollowed = 10;

export interface LogViewportProps {
  readonly log: JoinedLog;
  readonly revision: number;
  readonly rows: ShownRows;
  /** In the order in which they are shown. */
  readonly order: readonly number[];
  readonly steps: ReadonlyMap<number, LogStep>;
  /** Words before the steps of each attempt, where there are several, by the key of the heading. */
  readonly headings: ReadonlyMap<number, string>;
  readonly folded: ReadonlySet<number>;
  readonly look: LogLook;
  /** No line will come any more. */
  readonly ended: boolean;
  readonly buildIsOver: boolean;
  readonly full: boolean;
  readonly failing: FailingPlace | null;
  readonly target: LineTarget | null;
  readonly onFold: (ordinal: number) => void;
  readonly onUnfold: (ordinal: number) => void;
  /** What can be done with the chosen lines is asked for. */
  readonly onLineMenu: () => void;
}

/** All steps in one scroll, of which only what is on screen is drawn and fetched. */
export function LogViewport(props: LogViewportProps) {
  const { log, revision, rows, order, folded, ended, full } = props;
  const element = useRef<HTMLDivElement>(null);
  const { wrap } = props.look;
  const seen = useSeenHeights(wrap, rows, element);
  const layout = useMemo(() => {
    const block = (ordinal: number) => ({
      ...{ ordinal, rows: rows.count(ordinal), folded: folded.has(ordinal), heights: seen.heightsOf(ordinal) },
    });
    // The document grows in place, and so do the heights; their revisions say when.
    return layOut(order.map(block));
  }, [order, revision, rows, folded, seen.heightsOf, seen.revision]);
  const scroll = useScroll({ ...props, element, layout });
  const around = scroll.following && !ended ? overscanOfFollowed : overscan;
  const visible = visibleBlocks(layout, scroll.top, scroll.height, around);
  useEffect(() => {
    const missing = visible.flatMap(({ block, from, to }) =>
      to > from
        ? log.missing(block.ordinal, rows.lineAt(block.ordinal, from), rows.lineAt(block.ordinal, to - 1) + 1)
        : [],
    );
    log.want([...new Set(missing)]);
  });
  const shift = scroll.barTop - scroll.top;
  return (
    <div className={classes('relative', full && 'min-h-0 flex-1')}>
      <div
        ref={element}
        role="log"
        aria-live="off"
        aria-label="Log of the build"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
        onScroll={scroll.onScroll}
        onScrollEnd={scroll.onScrollEnd}
        onKeyDown={(event) => {
          if (event.key === 'End') scroll.follow();
          else if (event.key === 'Home') scroll.toStart();
          else if (!walkLines(event)) return;
          event.preventDefault();
        }}
        className={classes(
          '@container overflow-auto code-font text-[12.5px] [overflow-anchor:none] focus-visible:outline-offset-[-2px]',
          // A log that goes on keeps its place; one that has ended takes only what it needs.
          full ? 'h-full' : ended ? 'max-h-[max(20rem,calc(100dvh-19.75rem))]' : liveHeight,
        )}
      >
        <div
          className={classes('relative overflow-y-clip', widthClass(wrap !== null))}
          style={{ height: barHeight(layoutExtent(layout.height)) }}
        >
          {visible.map((each) =>
            isHeading(each.block.ordinal) ? (
              <AttemptHeading key={each.block.ordinal} top={each.top + shift}>
                {props.headings.get(each.block.ordinal)}
              </AttemptHeading>
            ) : (
              <LogBlock
                key={each.block.ordinal}
                visible={each}
                shift={shift}
                log={log}
                rows={rows}
                step={props.steps.get(each.block.ordinal)}
                look={props.look}
                onFold={props.onFold}
                onSeen={seen.see}
              />
            ),
          )}
        </div>
      </div>
      <button
        type="button"
        data-key="."
        aria-label="Choose a line; again: what can be done with it"
        className="sr-only"
        onClick={() => goToLines(element.current) && props.onLineMenu()}
      >
        Choose a line
      </button>
      {props.look.hits.length > 0 && (
        <HitMarks layout={layout} rows={rows} hits={props.look.hits} current={props.look.currentHit} />
      )}
      <FollowButton
        shown={!scroll.following && layout.height > scroll.height + headerHeight}
        ended={ended}
        lines={log.lineCount}
        onFollow={scroll.follow}
      />
    </div>
  );
}

function layoutExtent(height: number) {
  return { height, view: 0 };
}

interface FollowButtonProps {
  readonly shown: boolean;
  readonly ended: boolean;
  readonly lines: number;
  readonly onFollow: () => void;
}

/** Says how much has come since the reader stopped to follow. */
function FollowButton({ shown, ended, lines, onFollow }: FollowButtonProps) {
  const seen = useRef(lines);
  if (!shown) {
    seen.current = lines;
    return null;
  }
  const fresh = lines - seen.current;
  const news = fresh === 1 ? '1 new line' : `${fresh.toLocaleString('en')} new lines`;
  return (
    <Button onClick={onFollow} className="absolute right-5 bottom-3 z-2 shadow-md">
      {ended ? 'To the end' : fresh > 0 ? news : 'Follow'}
    </Button>
  );
}
