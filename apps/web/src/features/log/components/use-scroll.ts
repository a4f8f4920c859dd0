'use client';

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type FailingPlace, goalOf } from '../model/goal';
import { type Layout, offsetOf, rowAt } from '../model/log-window';
import { rowHeight } from '../model/row-heights';
import { placeAfter, placeAt, type ScrollPlace } from '../model/scaled-scroll';
import type { ShownRows } from '../model/shown-rows';
import type { LineTarget } from './use-line-selection';

interface ScrollInput {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly layout: Layout;
  readonly rows: ShownRows;
  /** Where the address says to go. */
  readonly target: LineTarget | null;
  readonly failing: FailingPlace | null;
  readonly ended: boolean;
  readonly buildIsOver: boolean;
  readonly onUnfold: (ordinal: number) => void;
}

export interface Scroll extends ScrollPlace {
  readonly height: number;
  readonly following: boolean;
  readonly onScroll: () => void;
  readonly onScrollEnd: () => void;
  readonly follow: () => void;
  readonly toStart: () => void;
}

type Anchor = NonNullable<ReturnType<typeof rowAt>>;

/**
 * Where the log stands. It follows its end until the reader scrolls up, and again once the reader is back at the end. While
 * it does not follow, the row at the top stays where it is, whatever is added above it. Nothing moves under a selection.
 */
export function useScroll(input: ScrollInput): Scroll {
  const { element, layout, rows, target, failing, ended, buildIsOver, onUnfold } = input;
  const [view, setView] = useState({ top: 0, barTop: 0, height: 600 });
  const [following, setFollowing] = useState(!buildIsOver);
  const place = useRef<ScrollPlace>({ top: 0, barTop: 0 });
  const anchor = useRef<Anchor | null>(null);
  const arrived = useRef<string | null>(null);
  const touched = useRef(false);
  const moving = useRef(false);

  const show = useCallback((next: ScrollPlace) => {
    place.current = next;
    setView({ ...next, height: element.current?.clientHeight ?? 600 });
  }, []);
  const moveTo = useCallback(
    (top: number) => {
      const box = element.current;
      if (!box) return;
      const next = placeAt({ height: layout.height, view: box.clientHeight }, top);
      // Even to where it stands already, a set position ends a smooth scroll that the browser is in the middle of.
      if (Math.abs(box.scrollTop - next.barTop) >= 1) box.scrollTop = next.barTop;
      show({ top: next.top, barTop: box.scrollTop });
    },
    [layout, show],
  );

  /** The bar stays under the hand that moves it, and goes where it belongs afterwards. */
  const keepAt = useCallback(
    (top: number) => (moving.current ? show({ top, barTop: place.current.barTop }) : moveTo(top)),
    [show, moveTo],
  );

  const onScroll = useCallback(() => {
    const box = element.current;
    if (!box) return;
    const before = place.current;
    const extent = { height: layout.height, view: box.clientHeight };
    const next = Math.abs(box.scrollTop - before.barTop) < 1 ? before : placeAfter(extent, before, box.scrollTop);
    const atEnd = layout.height - box.clientHeight - next.top < rowHeight;
    if (next !== before) touched.current = true;
    moving.current = next !== before;
    if (next.top < before.top - 1 && !atEnd) setFollowing(false);
    else if (atEnd && touched.current) setFollowing(true);
    anchor.current = rowAt(layout, next.top);
    show(next);
  }, [layout, show]);

  useLayoutEffect(() => {
    if (hasSelection(element.current)) return;
    if (following) moveTo(layout.height);
    else if (anchor.current) {
      const { ordinal, row, within } = anchor.current;
      const top = offsetOf(layout, ordinal, row);
      if (top !== null && Math.abs(top + within - place.current.top) >= 1) keepAt(top + within);
    }
  }, [layout, following, moveTo, keepAt]);

  // The place that the address names, else that of the failure; each once, as soon as its lines are there.
  useEffect(() => {
    const mayMove = following || !touched.current;
    const goal = goalOf(target, mayMove && ended ? failing : null);
    if (!goal || arrived.current === goal.key) return;
    const block = layout.blocks.find((candidate) => candidate.ordinal === goal.ordinal);
    if (!block) return;
    if (block.folded && (block.rows > 0 || goal.line !== null)) return onUnfold(goal.ordinal);
    const row = goal.line === null ? block.rows - goal.tail : goal.line < 0 ? -1 : rows.rowOf(goal.ordinal, goal.line);
    if (row >= block.rows && !ended) return;
    arrived.current = goal.key;
    setFollowing(false);
    const offset = offsetOf(layout, goal.ordinal, Math.max(-1, row)) ?? 0;
    moveTo(Math.max(0, offset - goal.fromTop * (element.current?.clientHeight ?? 0)));
    // That row keeps its place, also when those above it turn out to be higher than they were taken for.
    anchor.current = { ordinal: goal.ordinal, row: Math.max(-1, row), within: place.current.top - offset };
  }, [layout, rows, target, failing, ended, following, onUnfold, moveTo]);

  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setView({ ...place.current, height: box.clientHeight }));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  return {
    ...view,
    following,
    onScroll,
    // The bar goes where it belongs once nothing moves it.
    onScrollEnd: () => {
      moving.current = false;
      moveTo(place.current.top);
    },
    follow: () => setFollowing(true),
    toStart: () => {
      touched.current = true;
      setFollowing(false);
      moveTo(0);
      anchor.current = rowAt(layout, 0);
    },
  };
}

function hasSelection(box: HTMLElement | null): boolean {
  const selection = document.getSelection();
  return selection?.isCollapsed === false && box?.contains(selection.anchorNode) === true;
}
