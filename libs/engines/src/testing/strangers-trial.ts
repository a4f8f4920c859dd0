import { BuildFailure } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import type { Engine } from '../engine.js';
import { EventRecord } from './event-record.js';
import { pushRequest } from './trial-engine.js';
import { unique } from './trial-request.js';

const never = new AbortController().signal;

/** What a stranger writes: with the network that projects have, in a group of its own. */
export function strangersRequest(dockerfile: string, change: Partial<BuildRequest> = {}): BuildRequest {
  return pushRequest(dockerfile, { limits: { networkMode: 'default', group: `hostile-${unique()}` }, ...change });
}

/** All that the steps of a good build printed. @throws {BuildFailure} */
export async function outputOf(engine: Engine, request: BuildRequest): Promise<string> {
  const record = new EventRecord();
  await engine.build(request, record.emit, never);
  return record.output();
}

/** What a build failed by. @throws {Error} when it did not */
export async function failureOf(engine: Engine, request: BuildRequest): Promise<BuildFailure> {
  const error = await engine
    .build(request, () => {}, never)
    .then(
      () => new Error('it was built'),
      (reason: unknown) => reason,
    );
  if (error instanceof BuildFailure) return error;
  throw error;
}
