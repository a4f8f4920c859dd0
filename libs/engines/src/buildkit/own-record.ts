import type { DefinedVertex } from '@cooperage/buildkit';
import { type DockerfilePlan, fullImageName, planDockerfile, stepTitle } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import type { StepState } from '../engine.js';

/** `[builder 2/5] `, with or without a platform and a stage. */
const placed = /^\[(?:\S+ )*? *(\d+)\/(\d+)\] /;

/**
 * The steps of a build in an engine's record of it, by the names that its Dockerfile gives them. Where equal steps of another ran at
 * the same time the record has their names (see `OwnVertexes`): a base image, which builds have in common most often, is named anew.
 * @returns null where there is more of another build, or may be: a base image with triggers brings steps that the Dockerfile does not show
 */
export function ownRecord(request: BuildRequest, steps: readonly StepState[]): DefinedVertex[] | null {
  const { dockerfile, buildArgs, namedContexts = [] } = request;
  const contexts = new Map(namedContexts.map(({ name }) => [name, null] as const));
  const plan = planDockerfile(Buffer.from(dockerfile.content).toString(), buildArgs, contexts);
  const seen = new Set<string>();
  const own: DefinedVertex[] = [];
  for (const { id, name, inputs, progressGroup, ...step } of steps) {
    const place = placed.exec(name);
    if (!place && inputs.length === 0) continue;
    const named = place ? ownName(plan, { name, ...step }, Number(place[1]), Number(place[2])) : name;
    if (named === null) return null;
    // A step may be two vertexes: what ADD fetches, which has no inputs, and `LINK COPY`, which puts a layer on what is below it.
    const key = [
      inputs.length === 0,
      /^LINK /.test(stepTitle(named)),
      place ? named.slice(0, named.indexOf(']')) : id,
    ].join();
    if (seen.has(key)) return null;
    seen.add(key);
    own.push({ digest: id, name: named, inputs, progressGroup, lines: null, submodules: 'none' });
  }
  return own;
}

type NamedStep = Pick<StepState, 'name' | 'stage'>;

function ownName(plan: DockerfilePlan, { name, stage }: NamedStep, at: number, of: number): string | null {
  const { steps, stages } = plan;
  const title = stepTitle(name);
  const index = stages.findIndex((each, index) => (each.name ?? `stage-${index}`) === stage);
  const ofStage = steps.filter(({ stageIndex }) => stageIndex === (stage === null && stages.length === 1 ? 0 : index));
  const planned = ofStage.find(({ place }) => place === at);
  if (planned && ofStage.length === of && new RegExp(`^(?:LINK )?${planned.keyword}\\b`, 'i').test(title)) return name;
  return baseName(plan, title);
}

function baseName({ steps }: DockerfilePlan, title: string): string | null {
  const image = /^FROM (\S+?)(?:@sha256:[0-9a-f]{64})?$/.exec(title)?.[1];
  const base = image === undefined ? undefined : steps.find((step) => step.image === fullImageName(image));
  if (!base) return null;
  const of = String(steps.filter(({ stageIndex }) => stageIndex === base.stageIndex).length);
  const place = `${String(base.place).padStart(of.length)}/${of}`;
  return `[${base.stage === null ? '' : `${base.stage} `}${place}] ${title}`;
}
