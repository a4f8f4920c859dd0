import type { DryRun } from '@cooperage/contracts';
import { DeliveryRepository, EvaluationRepository, type ProjectRecord, RuleRepository } from '@cooperage/db';
import { inTurns, judgeAll, type Verdict, wallVerdicts, zoneOf } from '@cooperage/domain';
import { payloadPaths } from '@cooperage/forges';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblem, found } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { SharedSlots } from '../http/shared-slots.js';

/** A longer body is not read: its paths count as not known. */
const maxBodyBytes = 1024 * 1024;
const slots = { total: 4, perKey: 3, maxWaitMs: 2_000, maxWaiting: 6 };
const perPerson = { tries: 30, windowMs: 60_000 };

/** Judges what was stored of a call by the rules as they are now. The git host is not asked, and nothing is written. */
@Injectable()
export class DryRunService {
  private readonly slots = new SharedSlots('dry runs', slots);
  private readonly tries: SharedRateLimit;

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly rules: RuleRepository,
    private readonly evaluations: EvaluationRepository,
    private readonly access: AccessService,
    limits: SharedRateLimits,
  ) {
    this.tries = limits.limit('dry run', perPerson);
  }

  /** @throws {ApiProblem} `conflict` for a delivery that names no commit of a ref; `rate_limited` for one of too many. */
  async of(principal: Principal, id: string): Promise<DryRun> {
    const { projectId, organizationId, ref, after } = await this.access.delivery(principal, id);
    if (ref === null || after === null)
      throw new ApiProblem('conflict', { detail: 'This delivery names no commit that rules could judge.' });
    const project = await this.access.project(principal, projectId);
    await this.tries.demand(principal.userId);
    return this.slots.during(() => this.judge(project, id, ref, after), organizationId);
  }

  private async judge(project: ProjectRecord, id: string, ref: string, after: string): Promise<DryRun> {
    const { defaultBranch } = project;
    const changedPaths = await this.changedPaths(id);
    const head = { ref, commit: after, defaultBranch, changedPaths };
    const [rules, haveBuilt] = await Promise.all([
      this.rules.list(project.id),
      this.evaluations.rulesThatBuilt(project, head),
    ]);
    const judged = await inTurns(judgeAll(rules, head, (ruleId) => haveBuilt.has(ruleId)));
    const verdicts = await this.withinWall(project, head, rules, judged);
    return {
      ...{ ref, commit: after, defaultBranch },
      changedPaths: changedPaths && [...changedPaths],
      verdicts: verdicts.map((verdict) => ({ ...verdict, tags: [...verdict.tags] })),
    };
  }

  /** Before the git host was ever asked the default branch is not known: every branch that no pattern names is unprotected. */
  private async withinWall(
    { id, defaultBranch, protectedBranches, protectedTags }: ProjectRecord,
    { ref, commit }: { readonly ref: string; readonly commit: string },
    rules: Awaited<ReturnType<RuleRepository['list']>>,
    verdicts: readonly Verdict[],
  ): Promise<readonly Verdict[]> {
    const protection = { defaultBranch, protectedBranches, protectedTags };
    const held = await this.evaluations.heldTags(
      id,
      verdicts.flatMap(({ tags }) => tags),
    );
    const zone = zoneOf({ ...protection, ref, fromFork: false });
    return (await wallVerdicts(verdicts, zone, { ...protection, ref, commit, rules, held })).verdicts;
  }

  private async changedPaths(id: string): Promise<readonly string[] | null> {
    const content = found(await this.deliveries.boundedContent(id, maxBodyBytes));
    return content.body && payloadPaths(content.headers, content.body);
  }
}
