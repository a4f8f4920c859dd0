import type { CacheFacts } from './cache-facts.js';
import type { ManifestEntry } from './context-manifest.js';
import { planSteps } from './step-plan.js';

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
  const contexts = new Set(facts?.namedContexts?.keys());
  const steps = planSteps(dockerfile, args, contexts).map(({ stage, place, keyword, definition }, index) => {
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
    ...{ workerName: 'w1', space: 'p1', cacheExport: 'done', read: null, ...facts },
  };
}

export function entries(files: Readonly<Record<string, string>>): ManifestEntry[] {
  return Object.entries(files).map(([path, blobId]) => ({ path, kind: 'file', mode: 0o644, blobId }));
}
