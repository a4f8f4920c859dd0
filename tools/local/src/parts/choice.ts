import { surveyTools, type ToolSurvey } from '../toolchain/find-tools.ts';
import { obstacleToGoTools } from '../toolchain/go-tools.ts';
import { type DockerHost, findDockerHost } from './container/docker-host.ts';
import { findBinaries } from './postgres/binaries.ts';

export type PartKey = 'postgres' | 'redis' | 'registry' | 'engine';

/** How a part is provided. */
export type Choice =
  | { readonly kind: 'external'; readonly address: string }
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'container';
      readonly host: DockerHost;
      /** Why it is none of our own. */
      readonly obstacle: string;
    }
  | { readonly kind: 'missing'; readonly advice: string };

export type Choices = Readonly<Record<PartKey, Choice>>;

/** The variables that name a part which somebody else runs. */
export const EXTERNAL: Readonly<Record<PartKey, string>> = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  registry: 'COOPERAGE_REGISTRY',
  engine: 'BUILDKIT_HOST',
};

/** The programs that each embedded part is made of. */
const PROGRAMS: Readonly<Record<PartKey, readonly string[]>> = {
  postgres: [],
  redis: ['redis-server'],
  registry: ['docker-registry'],
  engine: ['runc', 'iptables', 'ip'],
};

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly survey: ToolSurvey;
  readonly dockerHost: DockerHost | undefined;
  readonly hasPostgresBinaries: boolean;
  readonly isRoot: boolean;
  /** Why BuildKit cannot be built here; undefined where it can, or is there. */
  readonly obstacleToBuildkit: string | undefined;
}

export async function lookAround(): Promise<Surroundings> {
  const [survey, dockerHost, obstacleToBuildkit] = await Promise.all([
    ...([surveyTools(), findDockerHost(), obstacleToGoTools()] as const),
  ]);
  return {
    environment: process.env,
    survey,
    dockerHost,
    hasPostgresBinaries: findBinaries() !== undefined,
    isRoot: process.getuid?.() === 0,
    obstacleToBuildkit,
  };
}

/** What is named is used; else what is there or can be obtained; else the machine's own Docker engine. */
export function choose(around: Surroundings): Choices {
  return {
    postgres: choosePart('postgres', around),
    redis: choosePart('redis', around),
    registry: choosePart('registry', around),
    engine: choosePart('engine', around),
  };
}

function choosePart(part: PartKey, around: Surroundings): Choice {
  const address = around.environment[EXTERNAL[part]];
  if (address) return { kind: 'external', address };
  const obstacle = obstacleToEmbedding(part, around);
  if (obstacle === undefined) return { kind: 'embedded' };
  if (around.dockerHost) return { kind: 'container', host: around.dockerHost, obstacle };
  return { kind: 'missing', advice: `${obstacle}; set ${EXTERNAL[part]}, or start a Docker engine` };
}

function obstacleToEmbedding(part: PartKey, around: Surroundings): string | undefined {
  const { survey, hasPostgresBinaries, isRoot, obstacleToBuildkit } = around;
  if (part === 'postgres') return hasPostgresBinaries ? undefined : 'npm has no PostgreSQL for this machine';
  if (part === 'engine' && !isRoot) return 'an engine of its own needs root';
  if (part === 'engine' && obstacleToBuildkit) return obstacleToBuildkit;
  const lacking = survey.lacking.map((spec) => spec.name).filter((name) => PROGRAMS[part].includes(name));
  if (lacking.length === 0 || typeof survey.host !== 'string') return undefined;
  return `${lacking.join(', ')} cannot be obtained: ${survey.host}`;
}
