import { oneOf, type PageQuery } from '../../../lib/address/query';

export const buildViews = ['log', 'dockerfile', 'inputs', 'attempts'] as const;
export type BuildView = (typeof buildViews)[number];

/** What the address says about a build page. */
export interface BuildViewState {
  readonly view: BuildView;
  /** Number of the attempt whose steps and log are shown; null for the current one. */
  readonly attempt: number | null;
}

export function readViewState(query: PageQuery): BuildViewState {
  const raw = query.attempt;
  const attempt = typeof raw === 'string' && /^[1-9]\d{0,3}$/.test(raw) ? Number(raw) : null;
  return { view: oneOf(query, 'view', buildViews) ?? 'log', attempt };
}
