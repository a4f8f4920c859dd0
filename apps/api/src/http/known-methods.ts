import type { KnownRoute } from './access-rule.js';

/**
 * Methods that some route takes at a path, sorted; empty when no route has this path. It is told to everybody: which
 * addresses there are is in the description of the API, and nothing of what is behind them is looked at.
 * @param path without query, in its one strict form.
 */
export function methodsAt(routes: readonly KnownRoute[], path: string): string[] {
  const segments = path.split('/');
  const fitting = routes.filter(({ url }) => fits(url.split('/'), segments));
  return [...new Set(fitting.map(({ method }) => method))].sort();
}

/** Catch-alls are no addresses of their own. */
function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length || pattern.includes('*')) return false;
  return pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]));
}
