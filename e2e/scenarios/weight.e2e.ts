import path from 'node:path';
import { overweight, type RouteWeight, ratioOf, routeWeights } from '@cooperage/e2e';
import { describe, expect, it } from 'vitest';

/**
 * What a route may weigh, as a multiple of what the framework itself loads on every page; a page of one word weighs 1.027.
 * Scripts that are loaded once somebody wants them are left out. A budget is what the page weighed when it was written here and
 * a little more; one that has to grow says in its commit what the reader of the page gets for it.
 */
const budgets: Readonly<Record<string, number>> = {
  '/p/[org]/[project]/b/[number]': 1.288,
  '/p/[org]/[project]/settings': 1.18,
  '/p/[org]/[project]/images/[digest]': 1.182,
  '/p/[org]/[project]': 1.151,
  '/p/[org]/[project]/cache': 1.157,
  '/builds': 1.148,
  '/settings': 1.151,
  '/setup': 1.102,
  '/organizations/[org]': 1.156,
  '/members': 1.151,
  '/invitation': 1.067,
  '/reset-password': 1.067,
  '/sign-in': 1.061,
  '/_not-found': 1.04,
};
/** For routes without a budget of their own. */
const usual = 1.143;

describe('the weight of a page', () => {
  const weights = routeWeights(path.resolve(import.meta.dirname, '../../apps/web'));

  it.each(weights.map((weight) => [weight.route, weight] as const))('is within its budget: %s', (route, weight) => {
    expect(overweight(weight, budgets[route] ?? usual)).toBeNull();
  });

  it('has a budget for routes that exist, which none of them has left far behind', () => {
    const byRoute = new Map(weights.map((weight) => [weight.route, weight]));
    for (const [route, budget] of Object.entries(budgets)) {
      const weight = byRoute.get(route);
      expect(weight, `${route} exists`).toBeDefined();
      expect(budget - ratioOf(weight!), `${route} is far lighter than its budget: lower it`).toBeLessThan(0.03);
    }
  });

  it('is refused with what makes it up, when it is too much', () => {
    const weight: RouteWeight = {
      route: '/heavy',
      framework: 1000,
      chunks: [
        { file: 'big.js', bytes: 90, modules: ['lib/a-whole-library.ts'] },
        { file: 'small.js', bytes: 20, modules: ['components/ui/button.tsx'] },
      ],
    };
    expect(overweight(weight, 1.11)).toBeNull();
    expect(overweight(weight, 1.1)?.split('\n')).toEqual([
      "/heavy weighs 1.110 of the framework's 1000 bytes; its budget is 1.100.",
      'That is 10 bytes too many. Beside the framework it loads:',
      '  90 bytes big.js: lib/a-whole-library.ts',
      '  20 bytes small.js: components/ui/button.tsx',
    ]);
  });
});
