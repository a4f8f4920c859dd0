import type { Sliced } from '../../share/in-turns.js';
import type { CacheFacts, DockerfileFacts } from './cache-facts.js';
import type { ImageConfig } from './stage-scope.js';
import { type DockerfilePlan, planDockerfile, stageAt } from './step-plan.js';

/** One Dockerfile of a build: that of another target of its definition, or its own. */
export interface PlannedPart {
  /** Null for the build's own. */
  readonly target: string | null;
  /** Null for the last. */
  readonly stage: string | null;
  readonly facts: DockerfileFacts;
  readonly plan: DockerfilePlan;
}

/** Each behind those that it is made from, the build's own last. */
export function* plannedParts(build: CacheFacts): Sliced<PlannedPart[]> {
  const configs = new Map<string, ImageConfig>();
  const parts: PlannedPart[] = [];
  for (const facts of build.targets ?? []) {
    const plan = planOf(facts, configs);
    yield;
    const end = stageAt(plan, facts.stage);
    if (end) configs.set(facts.name, end.config);
    parts.push({ target: facts.name, stage: facts.stage, facts, plan });
  }
  parts.push({ target: null, stage: null, facts: build, plan: planOf(build, configs) });
  yield;
  return parts;
}

/** A step upon what another target comes to has its variables: it is the image's configuration that is handed on. */
function planOf(facts: DockerfileFacts, configs: ReadonlyMap<string, ImageConfig>): DockerfilePlan {
  const contexts = [...(facts.namedContexts ?? [])].map(
    ([name, fact]) => [name, fact.kind === 'target' ? (configs.get(fact.target) ?? null) : null] as const,
  );
  return planDockerfile(facts.dockerfile, facts.buildArgs, new Map(contexts));
}
