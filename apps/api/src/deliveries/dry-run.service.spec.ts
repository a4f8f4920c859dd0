import type { DeliveryRepository, EvaluationRepository, RuleRepository } from '@cooperage/db';
import { describe, expect, it } from 'vitest';
import type { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import type { ApiProblem } from '../http/problem.js';
import type { SharedRateLimits } from '../http/shared-rate-limits.js';
import { DryRunService } from './dry-run.service.js';

describe('dry runs', () => {
  it('R3-N1 hold their slot until the rules are judged: of one organization three are under way, and six wait', async () => {
    const judging: (() => void)[] = [];
    const delivery = { projectId: 'p', organizationId: 'o', ref: 'refs/heads/main', after: 'c'.repeat(40) };
    const project = { id: 'p', defaultBranch: 'main', protectedBranches: [], protectedTags: ['**'] };
    const service = new DryRunService(
      { boundedContent: async () => ({ headers: {}, body: null }) } as unknown as DeliveryRepository,
      { list: () => new Promise((resolve) => judging.push(() => resolve([]))) } as unknown as RuleRepository,
      {
        rulesThatBuilt: async () => new Set(),
        heldTags: async () => new Map(),
      } as unknown as EvaluationRepository,
      { delivery: async () => delivery, project: async () => project } as unknown as AccessService,
      { limit: () => ({ demand: async () => undefined }) } as unknown as SharedRateLimits,
    );
    const answers: string[] = [];
    const ask = async () => {
      const answer = service.of({ userId: 'u' } as Principal, 'd').then(
        () => 'judged',
        ({ code }: ApiProblem) => code,
      );
      answers.push(await answer);
    };
    for (let count = 0; count < 10; count++) void ask();
    await expect.poll(() => answers).toEqual(['rate_limited']);
    expect(judging).toHaveLength(3);
    judging.shift()!();
    await expect.poll(() => judging.length).toBe(3);
    expect(answers).toEqual(['rate_limited', 'judged']);
    for (const judged of judging) judged();
  });
});
