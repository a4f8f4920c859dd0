import {
  ConnectionLost,
  type ContentStore,
  type EngineConnection,
  fileSyncMethod,
  fileSyncPath,
  openSession,
  type Session,
  type SessionMethod,
  type SolveOptions,
  type SolveResult,
  type StatusResponse,
  startSolve,
  treesFrom,
} from '@cooperage/buildkit';
import type { BuildRequest } from '../build-request.js';
import { targetRequests } from '../dockerfile/targets.js';
import type { EngineEvent } from '../engine.js';
import type { ProgressReader } from './progress.js';
import { sessionMethods, treesOf } from './session-parts.js';

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
  const own: { fault?: unknown; hasStopped?: true } = {};
  const onFault = (error: unknown, path: string) => {
    // Without a token the registry refuses, and the engine says so; without a file nobody can tell what is missing.
    if (path === fileSyncPath) own.fault ??= error;
  };
  const failed = (error: unknown) => {
    own.fault ??= error;
    solve.cancel();
  };
  /** Such as of a build of too many steps. */
  const notTaken = (error: unknown) => {
    own.hasStopped = true;
    failed(error);
  };
  const stop = () => solve.cancel();
  const sessions = openSessions(connection, run, onFault);
  const solve = startSolve(connection, sessions.options, (message) => deliver(run, message, notTaken));
  // The sessions open while the Solve is already on its way; the engine waits for them.
  for (const session of sessions.all) session.opened.catch(failed);
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    return await solve.done;
  } catch (error) {
    // Our own fault says more than what the engine made of it, unless the engine is gone or was told to stop. Where we have stopped it
    // for that fault, it may be called gone only since it goes on.
    if (run.signal.aborted || (error instanceof ConnectionLost && !own.hasStopped)) throw error;
    throw own.fault ?? error;
  } finally {
    run.signal.removeEventListener('abort', stop);
    for (const session of sessions.all) session.close();
  }
}

interface OpenSessions {
  readonly all: readonly Session[];
  readonly options: SolveOptions;
}

/**
 * The session of a Solve and, where it is made from several Dockerfiles, one more for the trees of each. That of the Solve has no
 * trees then: an engine that asked it all the same would give one Dockerfile the files of another.
 */
function openSessions(
  connection: EngineConnection,
  { request, options, stores, cacheExport }: SolveRun,
  onFault: (error: unknown, path: string) => void,
): OpenSessions {
  const open = ({ context: { sharedKey } }: BuildRequest, methods: SessionMethod[]) =>
    openSession(connection, { sharedKey, methods, onFault });
  const methods = sessionMethods(request, stores, cacheExport);
  const { inputs = [], frontendAttrs } = options;
  if (inputs.length === 0) {
    const session = open(request, [fileSyncMethod(treesOf(request)), ...methods]);
    return { all: [session], options: { ...options, sessionId: session.id } };
  }
  const ofTrees = (part: BuildRequest) => {
    const trees = treesOf(part);
    const session = open(part, [fileSyncMethod(trees)]);
    return { session, attrs: treesFrom(session.id, trees.keys()) };
  };
  const parts = targetRequests(request).map(ofTrees);
  const last = ofTrees(request);
  const session = open(request, methods);
  return {
    all: [session, last.session, ...parts.map((part) => part.session)],
    options: {
      ...{ ...options, sessionId: session.id },
      frontendAttrs: { ...frontendAttrs, ...last.attrs },
      inputs: inputs.map((input, index) => ({
        ...input,
        frontendAttrs: { ...input.frontendAttrs, ...parts[index]!.attrs },
      })),
    },
  };
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
