/** Rows of steps that one list shows: a page of ten thousand is slow to make and to draw. */
export const mostSteps = 500;

/** Of many items those that are shown, in their order: first those that matter, then the others from the beginning. */
export function shownOf<T>(
  items: readonly T[],
  matters: (item: T) => boolean,
): { shown: ReadonlySet<T>; left: number } {
  if (items.length <= mostSteps) return { shown: new Set(items), left: 0 };
  const first = items.filter(matters).slice(0, mostSteps);
  const shown = new Set(first);
  for (const item of items) {
    if (shown.size >= mostSteps) break;
    shown.add(item);
  }
  return { shown, left: items.length - shown.size };
}

export function leftWords(left: number): string {
  return `${left.toLocaleString('en')} more ${left === 1 ? 'step is' : 'steps are'} not shown. The API lists them all:`;
}
