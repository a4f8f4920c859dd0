import { oneOf, type PageQuery } from '../../../lib/address/query';

export const buildViews = ['log', 'dockerfile', 'timeline', 'inputs', 'attempts', 'cache'] as const;
export type BuildView = (typeof buildViews)[number];

/** What the address says about a build page. */
export interface BuildViewState {
  readonly view: BuildView;
  /** Number of the attempt whose steps and log are shown; null for the current one. */
  readonly attempt: number | null;
}

/** What a page shows first: a build that failed before any step printed has its cause in the Dockerfile, not in the log. */
export function usualView(failure: { place: { line?: number; stepOrdinal?: number } | null } | null): BuildView {
  const place = failure?.place;
  return place?.line !== undefined && place.stepOrdinal === undefined ? 'dockerfile' : 'log';
}

/** @param usual what is shown when the address names no view */
export function readViewState(query: PageQuery, usual: BuildView = 'log'): BuildViewState {
  const raw = query.attempt;
  const attempt = typeof raw === 'string' && /^[1-9]\d{0,3}$/.test(raw) ? Number(raw) : null;
  return { view: oneOf(query, 'view', buildViews) ?? usual, attempt };
}
