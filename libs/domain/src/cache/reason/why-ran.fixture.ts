import type { CacheFacts } from './cache-facts.js';
import type { ManifestEntry } from './context-manifest.js';
import { planDockerfile } from './step-plan.js';
import type { StepVerdict } from './why-ran.js';

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

interface Given {
  readonly number: number;
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string>>;
  /** Definitions of the steps that came from a cache start with one of these. */
  readonly cached?: readonly string[];
  readonly base?: string;
  readonly facts?: Partial<CacheFacts>;
}

/** A build whose builder told of every step of its Dockerfile. */
export function builtFrom({
  number,
  dockerfile,
  files = {},
  args = {},
  cached = [],
  base = 'a',
  facts,
}: Given): CacheFacts {
  const contexts = new Map([...(facts?.namedContexts?.keys() ?? [])].map((name) => [name, null] as const));
  const steps = planDockerfile(dockerfile, args, contexts).steps.map(({ stage, place, keyword, definition }, index) => {
    const title = keyword === 'from' ? `FROM docker.io/library/busybox:latest@${digest(base)}` : definition;
    const isCached = cached.some((start) => definition.startsWith(start));
    return {
      ...{ ordinal: index + 1, stage, started: true, completed: true, cached: isCached },
      name: `[${stage ? `${stage} ` : ''}${place}/9] ${title}`,
    };
  });
  return {
    build: { id: `b${number}`, number },
    ...{ dockerfile, buildArgs: args, context: entries(files), steps, noCache: false },
    ...{ cacheEpoch: 0, afterReset: false, evicted: null, startedAt: null },
    ...{ workerName: 'w1', space: 'p1', mark: null, cacheExport: 'done', read: null, ...facts },
  };
}

export function entries(files: Readonly<Record<string, string>>): ManifestEntry[] {
  return Object.entries(files).map(([path, blobId]) => ({ path, kind: 'file', mode: 0o644, blobId }));
}

/** A Dockerfile as many have it, the files that it takes, and a build of both that found nothing in a cache. */
export const node = `FROM busybox:latest
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
`;
export const files = { 'README.md': '4', 'package-lock.json': '2', 'package.json': '1', 'src/a.js': '3' };
export const first = builtFrom({ number: 1, dockerfile: node, files });

/** A build that takes one file, which says `word`, and then runs something. */
export function copied(number: number, word: string, facts: Partial<CacheFacts> = {}): CacheFacts {
  return builtFrom({ number, dockerfile: 'FROM busybox\nCOPY a .\nRUN x\n', files: { a: word }, facts });
}

/** The kind of reason of each step, and the number of the build that it is compared with. */
export function reasons(verdicts: readonly StepVerdict[]) {
  return verdicts.map(({ reason, against }) => [reason?.kind ?? 'reused', against?.number ?? null]);
}

export function reasonAt(verdicts: readonly StepVerdict[], index: number) {
  return verdicts[index]?.reason;
}

/** The same build with other targets, each as if it were a build of its own; the builder tells of the steps of all. */
export function withTargets(own: CacheFacts, targets: Readonly<Record<string, CacheFacts>>): CacheFacts {
  const all = [...Object.entries(targets), [null, own] as const];
  const steps = all.flatMap(([target, facts]) => facts.steps.map((step) => ({ ...step, target })));
  return {
    ...own,
    steps: steps.map((step, index) => ({ ...step, ordinal: index + 1 })),
    targets: Object.entries(targets).map(([name, { dockerfile, buildArgs, context, namedContexts, noCache }]) => ({
      ...{ name, stage: null, dockerfile, buildArgs, context, noCache },
      ...(namedContexts && { namedContexts }),
    })),
  };
}
