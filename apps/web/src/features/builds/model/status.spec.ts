import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildStatuses, phases } from '@cooperage/domain/predicates';
import { describe, expect, it } from 'vitest';
import { buildMark } from './status';

const marks = path.join(import.meta.dirname, '../../../../public');

describe('picture of the tab', () => {
  it('is there for every status and every phase', () => {
    for (const status of buildStatuses)
      for (const phase of [null, ...phases])
        expect(existsSync(path.join(marks, buildMark({ status, phase }))), `${status} ${phase}`).toBe(true);
  });

  it('tells how far a running build is', () => {
    const pictures = phases.map((phase) => buildMark({ status: 'running', phase }));
    expect(new Set(pictures).size).toBe(phases.length);
  });
});
