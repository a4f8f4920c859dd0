/** Browsers stop at heights of some ten million pixels: Firefox at 17.8, Chromium and Safari at 33.5. */
export const mostPixels = 8_000_000;

/** A place in the log's own pixels, and where the scroll bar stands for it. */
export interface ScrollPlace {
  readonly top: number;
  readonly barTop: number;
}

export interface ScrollExtent {
  /** Height of the log in its own pixels. */
  readonly height: number;
  /** Height of the window on it. */
  readonly view: number;
}

/** Height of what the browser scrolls. */
export function barHeight({ height }: ScrollExtent): number {
  return Math.min(height, mostPixels);
}

function lastTop({ height, view }: ScrollExtent): number {
  return Math.max(0, height - view);
}

function lastBarTop(extent: ScrollExtent): number {
  return Math.max(0, barHeight(extent) - extent.view);
}

/** The place `top` pixels down, with the bar where it belongs. */
export function placeAt(extent: ScrollExtent, top: number): ScrollPlace {
  const bounded = Math.min(Math.max(0, top), lastTop(extent));
  const share = lastTop(extent) === 0 ? 0 : bounded / lastTop(extent);
  return { top: bounded, barTop: Math.round(share * lastBarTop(extent)) };
}

/**
 * The place after the bar was moved. A small move is one of the wheel or the keyboard and moves the log by as many pixels;
 * a large one, of the thumb, moves it by its share of the log; the ends of the bar are the ends of the log. Bar and log of a
 * short one stand apart only while rows above turn out to be higher than they were taken for.
 */
export function placeAfter(extent: ScrollExtent, before: ScrollPlace, barTop: number): ScrollPlace {
  const moved = barTop - before.barTop;
  if (extent.height <= mostPixels) {
    const isSmall = before.top !== before.barTop && Math.abs(moved) <= 3 * extent.view;
    return { top: isSmall ? Math.min(Math.max(0, before.top + moved), lastTop(extent)) : barTop, barTop };
  }
  if (barTop <= 0) return { top: 0, barTop };
  if (barTop >= lastBarTop(extent)) return { top: lastTop(extent), barTop };
  if (Math.abs(moved) > 3 * extent.view) return { top: (barTop / lastBarTop(extent)) * lastTop(extent), barTop };
  return { top: Math.min(Math.max(0, before.top + moved), lastTop(extent)), barTop };
}
