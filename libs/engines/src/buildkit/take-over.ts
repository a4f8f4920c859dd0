import {
  type EngineConnection,
  findBuild,
  imageOfRecord,
  type RpcError,
  replayStatus,
  SolveFailure,
  type StatusResponse,
} from '@cooperage/buildkit';
import type { FailureCode } from '@cooperage/domain';
import type { BuildOutcome, BuildRequest, EngineEvent } from '../engine.js';
import { buildFailureOf } from './failure.js';
import { outcomeOf } from './outcome.js';
import type { PreparedRun } from './prepared-run.js';
import { ProgressReader } from './progress.js';

/** What a build does to itself. Everything else may have failed because its worker was gone. */
const ownFaults: readonly FailureCode[] = ['StepFailed', 'DockerfileInvalid', 'InvalidBuildConfig', 'PolicyRefused'];
/** A step that was killed: for what it did, or because nobody waited for it any more. */
const killed = 128 + 9;

export interface TakeOver {
  readonly earlier: string;
  readonly request: BuildRequest;
  readonly run: PreparedRun;
  readonly emit: (event: EngineEvent) => void | Promise<void>;
}

/** See `Engine.takeOver`. Throws what `buildFailureOf` understands. */
export async function takeOver(connection: EngineConnection, taken: TakeOver): Promise<BuildOutcome | null> {
  const { earlier, request, run } = taken;
  const fate = await findBuild(connection, earlier);
  if (fate.state === 'failed') {
    if (!(await isOwnFault(connection, taken, fate.error))) return null;
    await tellAgain(connection, taken);
    throw new SolveFailure(fate.error);
  }
  const image = fate.state === 'succeeded' ? imageOfRecord(fate.record) : null;
  if (fate.state !== 'succeeded' || image === null) return null;
  await tellAgain(connection, taken);
  return outcomeOf(connection, request, image, fate.record, run);
}

/** Reads the record by itself first: an engine that runs the build after all must not have told of it before. */
async function isOwnFault(connection: EngineConnection, { earlier, run }: TakeOver, error: RpcError): Promise<boolean> {
  const progress = new ProgressReader();
  await replayStatus(connection, earlier, (message) => void progress.read(message));
  const { instructions } = run.dockerfile;
  const failure = buildFailureOf(new SolveFailure(error), { progress, instructions, limitMet: () => null });
  return ownFaults.includes(failure.code) && !failure.retryable && failure.place?.exitCode !== killed;
}

async function tellAgain(connection: EngineConnection, { earlier, run, emit }: TakeOver): Promise<void> {
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
