'use client';

import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react';
import type { RowHeights } from '../model/row-heights';
import type { SeenHeights } from '../model/seen-heights';
import type { ShownRows } from '../model/shown-rows';

/** Keeps the heights of one step's rows. Loaded with the first wish to wrap: most logs are read without. */
export type Wrapping = typeof SeenHeights;

export interface SeenRows {
  /** Undefined where all rows of the step are of one line. */
  heightsOf(step: number): RowHeights | undefined;
  /** Grows with each height that was not known. */
  readonly revision: number;
  see(step: number, first: number, heights: readonly number[]): void;
}

/**
 * How high wrapped rows were when they were drawn, for as long as that holds: in another width, and where other lines stand in
 * the rows, all are forgotten.
 */
export function useSeenHeights(wrap: Wrapping | null, rows: ShownRows, box: RefObject<HTMLElement | null>): SeenRows {
  const [width, setWidth] = useState(0);
  const [revision, setRevision] = useState(0);
  useEffect(() => {
    if (!wrap || !box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [wrap, box]);
  const steps = useMemo(() => new Map<number, SeenHeights>(), [wrap, rows, width]);
  const see = useCallback(
    (step: number, first: number, heights: readonly number[]) => {
      if (!wrap) return;
      const seen = steps.get(step) ?? new wrap();
      steps.set(step, seen);
      const isNew = heights.map((height, index) => seen.see(first + index, height)).includes(true);
      if (isNew) setRevision((before) => before + 1);
    },
    [wrap, steps],
  );
  const heightsOf = useCallback((step: number) => (wrap ? steps.get(step) : undefined), [wrap, steps]);
  return { heightsOf, revision, see };
}
