'use client';

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Layout, offsetOf, rowAt, rowHeight } from '../model/log-window';
import type { LineTarget } from './use-line-selection';

interface ScrollInput {
  readonly layout: Layout;
  /** Where the address says to go. */
  readonly target: LineTarget | null;
  readonly failing: number | null;
  readonly ended: boolean;
  readonly buildIsOver: boolean;
  readonly onUnfold: (ordinal: number) => void;
}

export interface Scroll {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly top: number;
  readonly height: number;
  readonly following: boolean;
  readonly onScroll: () => void;
  readonly follow: () => void;
}

/** Lines of the failing step that are shown before its end. */
const failingTail = 12;
type Anchor = NonNullable<ReturnType<typeof rowAt>>;

/**
 * Where the log stands. It follows its end until the reader scrolls up, and again once the reader is back at the end. While
 * it does not follow, the row at the top stays where it is, whatever is added above it.
 */
export function useScroll({ layout, target, failing, ended, buildIsOver, onUnfold }: ScrollInput): Scroll {
  const element = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [following, setFollowing] = useState(!buildIsOver);
  const lastTop = useRef(0);
  const anchor = useRef<Anchor | null>(null);
  const arrived = useRef<string | null>(null);
  const touched = useRef(false);

  const moveTo = useCallback((top: number) => {
    const box = element.current;
    if (!box) return;
    box.scrollTop = top;
    lastTop.current = box.scrollTop;
    setView({ top: box.scrollTop, height: box.clientHeight });
  }, []);

  const onScroll = useCallback(() => {
    const box = element.current;
    if (!box) return;
    const atEnd = box.scrollHeight - box.clientHeight - box.scrollTop < rowHeight;
    if (Math.abs(box.scrollTop - lastTop.current) >= 1) touched.current = true;
    if (box.scrollTop < lastTop.current - 1 && !atEnd) setFollowing(false);
    else if (atEnd && touched.current) setFollowing(true);
    lastTop.current = box.scrollTop;
    anchor.current = rowAt(layout, box.scrollTop);
    setView({ top: box.scrollTop, height: box.clientHeight });
  }, [layout]);

  useLayoutEffect(() => {
    if (following) moveTo(layout.height);
    else if (anchor.current) {
      const { ordinal, row, within } = anchor.current;
      const top = offsetOf(layout, ordinal, row);
      if (top !== null && Math.abs(top + within - lastTop.current) >= 1) moveTo(top + within);
    }
  }, [layout, following, moveTo]);

  // The place that the address names, else the end of the failing step; each once, as soon as its lines are there.
  useEffect(() => {
    const mayMove = following || !touched.current;
    const goal = goalOf(target, mayMove && ended ? failing : null);
    if (!goal || arrived.current === goal.key) return;
    const block = layout.blocks.find((candidate) => candidate.ordinal === goal.ordinal);
    if (!block || block.rows < goal.needsRow) return;
    if (block.folded) return onUnfold(goal.ordinal);
    const row = goal.row ?? Math.max(-1, block.rows - failingTail);
    arrived.current = goal.key;
    setFollowing(false);
    moveTo(
      Math.max(0, (offsetOf(layout, goal.ordinal, row) ?? 0) - goal.fromTop * (element.current?.clientHeight ?? 0)),
    );
    anchor.current = rowAt(layout, lastTop.current);
  }, [layout, target, failing, ended, following, onUnfold, moveTo]);

  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setView({ top: box.scrollTop, height: box.clientHeight }));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  return { element, ...view, following, onScroll, follow: () => setFollowing(true) };
}

interface Goal {
  readonly key: string;
  readonly ordinal: number;
  /** Row from 0; -1 for the step's header; null for the end of the step. */
  readonly row: number | null;
  readonly needsRow: number;
  /** How far below the top it is placed, as a share of the screen. */
  readonly fromTop: number;
}

function goalOf(target: LineTarget | null, failing: number | null): Goal | null {
  if (target) {
    const { step, from } = target.address;
    return {
      key: `target ${target.count}`,
      ordinal: step,
      row: from === null ? -1 : from - 1,
      needsRow: from ?? 0,
      fromTop: from === null ? 0 : 1 / 3,
    };
  }
  return failing === null
    ? null
    : { key: `failing ${failing}`, ordinal: failing, row: null, needsRow: 1, fromTop: 1 / 3 };
}
