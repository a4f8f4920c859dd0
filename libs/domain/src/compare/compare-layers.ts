import { mergeByKey } from './merge-by-key.js';

export interface ComparedLayer {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly createdBy: string | null;
}

export type LayerChange = 'same' | 'added' | 'gone';

/** The layers of two images: the same bytes are the same layer, in the order of `b`. */
export function compareLayers<L extends ComparedLayer>(
  a: readonly L[],
  b: readonly L[],
): (L & { change: LayerChange })[] {
  return mergeByKey(a, b, ({ digest }) => digest).map((pair) => {
    const change = pair.a === null ? 'added' : pair.b === null ? 'gone' : 'same';
    return { ...((pair.b ?? pair.a) as L), change };
  });
}
