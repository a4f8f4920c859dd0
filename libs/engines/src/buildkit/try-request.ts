import { randomBytes } from 'node:crypto';
import type { BuildRequest } from '../build-request.js';

const smallest = 'FROM scratch\nCOPY fresh /fresh\n';

/**
 * The smallest build that takes the whole road through an engine, unless another Dockerfile is named: a file that no build had
 * before, on an empty base.
 */
export function tryRequest(platform: string, dockerfile: string = smallest): BuildRequest {
  const content = randomBytes(32);
  return {
    reference: randomBytes(16).toString('hex'),
    context: {
      files: [
        {
          ...{ path: 'fresh', kind: 'file', mode: 0o644, sizeBytes: content.length },
          mtimeNs: BigInt(Date.now()) * 1_000_000n,
          read: () => Promise.resolve(content),
        },
      ],
      sharedKey: `try-${randomBytes(8).toString('hex')}`,
    },
    dockerfile: { path: 'Dockerfile', content: Buffer.from(dockerfile) },
    platform,
    ...{ buildArgs: {}, labels: {}, annotations: {}, sourceDateEpoch: 0, secrets: new Map(), cacheImports: [] },
    registryAuth: { token: () => Promise.resolve(null), credentials: () => null },
    // Nothing is pushed: the name only tells the group of limits apart from those of builds.
    push: { host: 'try.invalid', repository: 'try' },
    cacheMountNamespace: 'try',
    limits: { networkMode: 'none' },
  };
}
