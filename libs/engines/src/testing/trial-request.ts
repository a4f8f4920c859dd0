import { randomBytes } from 'node:crypto';
import type { BuildRequest, ContextFile } from '../build-request.js';

let serial = 0n;

/** A file of a context; every content gets a time of its own, as the caller of an engine must see to. */
export function contextFile(
  path: string,
  content: string | Uint8Array,
  change: Partial<ContextFile> = {},
): ContextFile {
  const bytes = Buffer.from(content);
  return {
    path,
    kind: 'file',
    mode: 0o644,
    sizeBytes: bytes.length,
    mtimeNs: 1_700_000_000_000_000_000n + serial++,
    read: async () => bytes,
    ...change,
  };
}

export function contextLink(path: string, linkTarget: string): ContextFile {
  return contextFile(path, '', { kind: 'symlink', linkTarget });
}

/** `unique` keeps a test's steps out of the cache of every other test. */
export function unique(): string {
  return randomBytes(8).toString('hex');
}

export function newReference(): string {
  return randomBytes(16).toString('hex');
}

/** A request that pushes nowhere in particular; tests say what matters to them. */
export function trialRequest(dockerfile: string, change: Partial<BuildRequest> = {}): BuildRequest {
  return {
    reference: newReference(),
    context: { files: [], sharedKey: `trial-${unique()}` },
    dockerfile: { path: 'Dockerfile', content: Buffer.from(dockerfile) },
    platform: 'linux/amd64',
    buildArgs: {},
    labels: {},
    annotations: {},
    sourceDateEpoch: 1_700_000_000,
    secrets: new Map(),
    registryAuth: { token: async () => null, credentials: () => null },
    push: { host: '127.0.0.1:9', repository: 'trial/app' },
    cacheImports: [],
    cacheMountNamespace: 'trial',
    limits: { networkMode: 'none', group: 'trial' },
    ...change,
  };
}
