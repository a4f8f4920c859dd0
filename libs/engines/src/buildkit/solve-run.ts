import {
  ConnectionLost,
  type ContentStore,
  type EngineConnection,
  fileSyncPath,
  openSession,
  type SolveOptions,
  type SolveResult,
  type StatusResponse,
  startSolve,
} from '@cooperage/buildkit';
import type { BuildRequest, EngineEvent } from '../engine.js';
import type { ProgressReader } from './progress.js';
import { sessionMethods } from './session-parts.js';

export interface SolveRun {
  readonly request: BuildRequest;
  readonly options: Omit<SolveOptions, 'sessionId'>;
  /** Full reference of a cache that this run writes. */
  readonly cacheExport?: string;
  /** Caches of this worker, by the name that the engine calls them by. */
  readonly stores: ReadonlyMap<string, ContentStore>;
  readonly progress: ProgressReader;
  readonly emit: (event: EngineEvent) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * One Solve with its session, from start to end. Rejects with what the engine said, or with what failed on our side and
 * made it fail: a file of the context that could not be read, an event that was not taken.
 */
export async function runSolve(connection: EngineConnection, run: SolveRun): Promise<SolveResult> {
  const own: { fault?: unknown } = {};
  const session = openSession(connection, {
    sharedKey: run.request.context.sharedKey,
    methods: sessionMethods(run.request, run.stores, run.cacheExport),
    onFault: (error, path) => {
      // Without a token the registry refuses, and the engine says so; without a file nobody can tell what is missing.
      if (path === fileSyncPath) own.fault ??= error;
    },
  });
  const failed = (error: unknown) => {
    own.fault ??= error;
    solve.cancel();
  };
  const stop = () => solve.cancel();
  const options = { ...run.options, sessionId: session.id };
  const solve = startSolve(connection, options, (message) => deliver(run, message, failed));
  // The session opens while the Solve is already on its way; the engine waits for it.
  session.opened.catch(failed);
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    return await solve.done;
  } catch (error) {
    // Our own fault says more than what the engine made of it, unless the engine is gone or was told to stop.
    if (run.signal.aborted || error instanceof ConnectionLost) throw error;
    throw own.fault ?? error;
  } finally {
    run.signal.removeEventListener('abort', stop);
    session.close();
  }
}

/** Hands over the events of one message, one at a time; a promise when somebody asked for time. */
function deliver(
  { progress, emit }: SolveRun,
  message: StatusResponse,
  failed: (error: unknown) => void,
): void | Promise<void> {
  const events = progress.read(message);
  const from = (start: number): void | Promise<void> => {
    for (let at = start; at < events.length; at++) {
      const pause = emit(events[at]!);
      if (pause) return pause.then(() => from(at + 1));
    }
  };
  try {
    return from(0)?.catch(failed);
  } catch (error) {
    failed(error);
  }
}
