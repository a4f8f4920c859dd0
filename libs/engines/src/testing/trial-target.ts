import type { RequestedContext, RequestedTarget } from '../build-request.js';
import { unique } from './trial-request.js';

/** Another target of a request; tests say what matters to them. */
export function trialTarget(name: string, dockerfile: string, change: Partial<RequestedTarget> = {}): RequestedTarget {
  return {
    ...{ name, namedContexts: [], stage: null, buildArgs: {}, labels: {}, noCache: false, networkMode: 'none' },
    context: { files: [], sharedKey: `trial-${unique()}` },
    dockerfile: { path: `${name}/Dockerfile`, content: Buffer.from(dockerfile) },
    ...change,
  };
}

/** A context that is called as the target is. */
export function resultOf(target: string): RequestedContext {
  return { name: target, kind: 'target', target };
}
