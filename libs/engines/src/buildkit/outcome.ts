import { setTimeout as delay } from 'node:timers/promises';
import {
  ContentTooLarge,
  type EngineConnection,
  findBuild,
  type HistoryRecord,
  type HistoryWatch,
  type ImageDescriptor,
  type Provenance,
  readProvenance,
} from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import type { BuildOutcome } from '../engine.js';
import type { PreparedRun } from './prepared-run.js';

const recordWaitMs = 2_000;

/**
 * What a build that succeeded has to say: the image from the Solve, the rest from the engine's record of it.
 * @throws {BuildFailure} `EngineUnavailable` when there is no such record: an image without known materials is none
 */
export async function readOutcome(
  connection: EngineConnection,
  request: BuildRequest,
  image: ImageDescriptor,
  history: HistoryWatch,
  run: PreparedRun,
): Promise<BuildOutcome> {
  return outcomeOf(connection, request, image, await recordOf(connection, request.reference, history), run);
}

/** The same of a record that is there already. */
export async function outcomeOf(
  connection: EngineConnection,
  request: BuildRequest,
  image: ImageDescriptor,
  record: HistoryRecord,
  run: PreparedRun,
): Promise<BuildOutcome> {
  const { baseImages, materials, lines } = await readRecord(connection, record, run.mostRecordBytes);
  const counts = run.progress.counts();
  const usage = run.group?.usage();
  return {
    ...image,
    platforms: [request.platform],
    baseImages,
    materials,
    stepLines: new Map([...lines].filter(([id]) => run.progress.targetOf(id) === null)),
    stepsRun: counts.run,
    stepsCached: counts.cached,
    ...(usage && { usage }),
  };
}

/**
 * @throws {BuildFailure} `PolicyRefused` for a record that is too large to be read (R2-N10), `EngineUnavailable` for one that does
 *   not say what the image was made from (R5-C10)
 */
async function readRecord(connection: EngineConnection, record: HistoryRecord, mostBytes: number): Promise<Provenance> {
  try {
    const provenance = await readProvenance(connection, record, mostBytes);
    if (provenance) return provenance;
    throw new BuildFailure('EngineUnavailable', 'The builder did not record what the image was made from.');
  } catch (error) {
    if (!(error instanceof ContentTooLarge)) throw error;
    throw new BuildFailure(
      'PolicyRefused',
      `The builder's record of this build has more than ${mostBytes} bytes, which is too large to be read. Use fewer steps and shorter build arguments, or build the image in parts.`,
      { cause: error },
    );
  }
}

/** The record comes by itself with the end of the build; the question is for a watch that was lost on the way. */
async function recordOf(
  connection: EngineConnection,
  reference: string,
  history: HistoryWatch,
): Promise<HistoryRecord> {
  const late = new AbortController();
  const waited = delay(recordWaitMs, null, { signal: late.signal }).catch(() => null);
  const record = await Promise.race([history.record, waited]);
  late.abort();
  if (record) return record;
  const fate = await findBuild(connection, reference);
  if (fate.state === 'succeeded') return fate.record;
  throw new BuildFailure('EngineUnavailable', 'The builder kept no record of the build.');
}
