import { expect, it } from 'vitest';
import { comparisonOf } from './comparison';
import type { RowFacts } from './row-facts';

const row = (number: number, projectSlug = 'api'): RowFacts => ({
  ...{ id: String(number), number, organizationSlug: 'acme', projectSlug },
  can: { cancel: false, retry: true },
});

it('compares two builds of one project, the older with the newer', () => {
  expect(comparisonOf([])).toBeNull();
  expect(comparisonOf([row(9), row(7)])).toEqual({ href: '/p/acme/api/compare?a=7&b=9' });
  for (const selected of [[row(1)], [row(1), row(2), row(3)], [row(1), row(2, 'web')]])
    expect(comparisonOf(selected)).toHaveProperty('hint');
});
