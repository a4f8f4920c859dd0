import type { DryRun } from '@cooperage/contracts';
import { DeliveryRepository, EvaluationRepository, RuleRepository } from '@cooperage/db';
import { judge } from '@cooperage/domain';
import { payloadPaths } from '@cooperage/forges';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblem, found } from '../http/problem.js';

/** Judges what was stored of a call by the rules as they are now. The git host is not asked, and nothing is written. */
@Injectable()
export class DryRunService {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly rules: RuleRepository,
    private readonly evaluations: EvaluationRepository,
    private readonly access: AccessService,
  ) {}

  /** @throws {ApiProblem} `conflict` for a delivery that names no commit of a ref. */
  async of(principal: Principal, id: string): Promise<DryRun> {
    const { projectId, ref, after } = await this.access.delivery(principal, id);
    if (ref === null || after === null)
      throw new ApiProblem('conflict', { detail: 'This delivery names no commit that rules could judge.' });
    const { defaultBranch } = await this.access.project(principal, projectId);
    const [content, rules, newestBuilt] = await Promise.all([
      this.deliveries.content(id).then(found),
      this.rules.list(projectId),
      this.evaluations.newestBuiltCommits(projectId, ref),
    ]);
    const changedPaths = payloadPaths(content.headers, content.body);
    const head = { ref, commit: after, defaultBranch: defaultBranch ?? '', changedPaths };
    const verdicts = rules.map((rule) => judge(rule, head, newestBuilt.get(rule.id) ?? null));
    return {
      ...{ ref, commit: after, defaultBranch },
      changedPaths: changedPaths && [...changedPaths],
      verdicts: verdicts.map((verdict) => ({ ...verdict, tags: [...verdict.tags] })),
    };
  }
}
