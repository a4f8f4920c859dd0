import type { RuleSettings, Rule as RuleView, UpdateRule } from '@cooperage/contracts';
import { type Actor, type RuleOutcome, type RuleRecord, RuleRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { wholeList } from '../http/bounded-list.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';

const maxRules = 100;

@Injectable()
export class RulesService {
  constructor(
    private readonly repository: RuleRepository,
    private readonly access: AccessService,
  ) {}

  async list(principal: Principal, projectId: string) {
    await this.access.project(principal, projectId);
    return wholeList(await this.repository.list(projectId), presentRule);
  }

  async get(principal: Principal, projectId: string, ruleId: string) {
    await this.access.project(principal, projectId);
    return presentRule(found(await this.repository.find(ruleId, projectId)));
  }

  async create(principal: Principal, projectId: string, rule: RuleSettings, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'project.change');
    if ((await this.repository.list(projectId)).length >= maxRules)
      throw new ApiProblem('conflict', { detail: `A project has at most ${maxRules} rules.` });
    return ruleOf(await this.repository.create(placeOf(project), rule, actor));
  }

  async update(principal: Principal, projectId: string, ruleId: string, changes: UpdateRule, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'project.change');
    return ruleOf(await this.repository.update(placeOf(project), ruleId, changes, actor));
  }

  async remove(principal: Principal, projectId: string, ruleId: string, actor: Actor): Promise<void> {
    const project = await this.access.project(principal, projectId, 'project.change');
    if (!(await this.repository.remove(placeOf(project), ruleId, actor))) throw notFound();
  }
}

function ruleOf(outcome: RuleOutcome): RuleView {
  if (outcome.ok) return presentRule(outcome.rule);
  if (outcome.reason === 'not_found') throw notFound();
  throw new ApiProblem('conflict', { detail: 'The project has a rule of this name.' });
}

function presentRule(rule: RuleRecord): RuleView {
  return {
    ...rule,
    includePaths: [...rule.includePaths],
    excludePaths: [...rule.excludePaths],
    tags: [...rule.tags],
    createdAt: rule.createdAt.toISOString(),
  };
}
