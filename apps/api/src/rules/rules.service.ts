import type { PageQuery, RuleSettings, Rule as RuleView, UpdateRule } from '@cooperage/contracts';
import { type Actor, maxRules, type RuleOutcome, type RuleRecord, RuleRepository } from '@cooperage/db';
import type { RuleSizeProblem } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';

@Injectable()
export class RulesService {
  constructor(
    private readonly repository: RuleRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
  ) {}

  async list(principal: Principal, projectId: string, query: PageQuery) {
    await this.access.project(principal, projectId);
    const list = `rules ${projectId}`;
    return this.cursors.page(list, await this.repository.page(projectId, this.cursors.query(list, query)), presentRule);
  }

  async get(principal: Principal, projectId: string, ruleId: string) {
    await this.access.project(principal, projectId);
    return presentRule(found(await this.repository.find(ruleId, projectId)));
  }

  async create(principal: Principal, projectId: string, rule: RuleSettings, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'project.change');
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
  if (outcome.reason === 'too_large') throw tooLarge(outcome.problem);
  if (outcome.reason === 'too_many')
    throw new ApiProblem('conflict', { detail: `A project has at most ${maxRules} rules.` });
  throw new ApiProblem('conflict', { detail: 'The project has a rule of this name.' });
}

function tooLarge({ of, field, bytes, limitBytes }: RuleSizeProblem): ApiProblem {
  const what =
    of === 'rule' ? 'the patterns and tags of this rule' : 'the patterns and tags of all rules of the project';
  const inBytes = (count: number): string => `${count.toLocaleString('en')} bytes`;
  const message = `${what} would have ${inBytes(bytes)} together, and may have ${inBytes(limitBytes)}`;
  return new ApiProblem('validation_failed', { errors: [{ path: field, message }] });
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
