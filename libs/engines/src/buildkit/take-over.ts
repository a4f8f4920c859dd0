import {
  type DefinedVertex,
  type EngineConnection,
  findBuild,
  imageOfRecord,
  type RpcError,
  replayStatus,
  SolveFailure,
  type StatusResponse,
} from '@cooperage/buildkit';
import type { BuildRequest } from '../build-request.js';
import type { BuildOutcome, EngineEvent } from '../engine.js';
import { buildFailureOf } from './failure.js';
import { outcomeOf } from './outcome.js';
import { ownRecord } from './own-record.js';
import type { PreparedRun } from './prepared-run.js';
import { ProgressReader } from './progress.js';

/** From here on an exit code is a signal: it may have been sent because nobody waited for the step any more. */
const firstSignal = 128;

export interface TakeOver {
  readonly earlier: string;
  readonly request: BuildRequest;
  readonly run: PreparedRun;
  readonly emit: (event: EngineEvent) => void | Promise<void>;
}

/** See `Engine.takeOver`. Throws what `buildFailureOf` understands. */
export async function takeOver(connection: EngineConnection, taken: TakeOver): Promise<BuildOutcome | null> {
  const { earlier, request, run } = taken;
  // Which step is of which Dockerfile only the Solve itself told: it is run once more, from what the engine kept of it.
  if (run.solve.inputs.length > 0) return null;
  const fate = await findBuild(connection, earlier);
  if (fate.state === 'failed') {
    const progress = await recorded(connection, earlier);
    const own = isOwnFault(taken, progress, fate.error) ? ownRecord(request, progress.steps()) : null;
    if (!own) return null;
    await tellAgain(connection, taken, own);
    throw new SolveFailure(fate.error);
  }
  const image = fate.state === 'succeeded' ? imageOfRecord(fate.record) : null;
  if (fate.state !== 'succeeded' || image === null) return null;
  // The definition that says which steps are this build's own ended with the Solve.
  const own = ownRecord(request, (await recorded(connection, earlier)).steps());
  if (!own) return null;
  await request.push.admit?.({ digest: image.digest, blobs: [], isPushed: true });
  await tellAgain(connection, taken, own);
  return outcomeOf(connection, request, image, fate.record, run);
}

/** Read by itself first: an engine that runs the build after all must not have told of it before. */
async function recorded(connection: EngineConnection, earlier: string): Promise<ProgressReader> {
  const progress = new ProgressReader();
  await replayStatus(connection, earlier, (message) => void progress.read(message));
  return progress;
}

/**
 * Only a process that ended by itself says that the build was at fault. Whatever else fails when a worker is gone fails in the
 * words of a build too: a context that nobody sends any more, a Dockerfile that cannot be asked for.
 */
function isOwnFault({ run }: TakeOver, progress: ProgressReader, error: RpcError): boolean {
  const { instructions } = run;
  const { code, place } = buildFailureOf(new SolveFailure(error), { progress, instructions, limitMet: () => null });
  const exitCode = place?.exitCode;
  return code === 'StepFailed' && exitCode !== undefined && exitCode < firstSignal;
}

async function tellAgain(
  connection: EngineConnection,
  { earlier, run, emit }: TakeOver,
  own: readonly DefinedVertex[],
): Promise<void> {
  run.progress.define(own, null);
  // What is thrown inside of a stream would end the connection: it is kept, and thrown when the stream has ended.
  const faults: unknown[] = [];
  const read = async (message: StatusResponse) => {
    try {
      for (const event of run.progress.read(message)) await emit(event);
    } catch (error) {
      faults.push(error);
    }
  };
  await replayStatus(connection, earlier, (message) => (faults.length === 0 ? read(message) : undefined));
  if (faults.length > 0) throw faults[0];
}
