import { setTimeout as delay } from 'node:timers/promises';
import { cacheOfAnswer, type ImageDescriptor, imageOfAnswer, imageOfRecord } from '../attrs/attrs.js';
import type { Digest } from '../attrs/digest.js';
import { findBuild } from '../history/history.js';
import type { MessageInput } from '../proto/codec.js';
import type { Entry, SolveRequest, StatusResponse } from '../proto/messages.js';
import { methods } from '../proto/methods.js';
import type { Call } from '../wire/call.js';
import type { EngineConnection, Line } from '../wire/connection.js';
import { ConnectionLost, RpcError, rpcCode } from '../wire/errors.js';
import { startHeartbeat } from '../wire/heartbeat.js';
import type { MessageHandler } from '../wire/message-queue.js';
import { Bridge, type OnGraph, type SolveInput } from './bridge.js';
import { SolveFailure } from './failure.js';

export interface SolveOptions {
  /** Chosen by the caller, unique; the build is found by it later. */
  readonly reference: string;
  readonly sessionId: string;
  readonly frontendAttrs: Readonly<Record<string, string>>;
  /** Further Dockerfiles whose results it takes as named contexts, each behind those that it names itself. */
  readonly inputs?: readonly SolveInput[];
  /** Keys of the inputs that the Dockerfile itself names. */
  readonly namedInputs?: readonly string[];
  /** In the cache key of each step whose result depends on what no key holds, see `markSteps`. */
  readonly stepMark?: string;
  /** Who fetches by credentials of its own: no other owner's build shares such a fetch with it, see `ownedBy`. */
  readonly fetchOwner?: string;
  /** Told what each Dockerfile asks for, before any of it can start. */
  readonly onGraph?: OnGraph;
  readonly exporters?: readonly Entry[];
  readonly cacheExports?: readonly Entry[];
  readonly sourcePolicy?: SolveRequest['SourcePolicy'];
  /** Leaves no record in the engine's history. */
  readonly unrecorded?: boolean;
  /**
   * Called where the engine still works for the build a minute after it was stopped, or has answered: the work ignores it
   * (ADR 80). `done` settles then all the same.
   */
  readonly onRunawayWork?: (work: RunawayWork) => void;
  /** Instead of that minute. */
  readonly endWithinMs?: number;
}

/** What an engine does for a build that nobody waits for any more. */
export interface RunawayWork {
  /** Resolves when it has ended, also with the engine. */
  readonly ended: Promise<unknown>;
}

export interface SolveResult {
  /** What the image exporter pushed; null without one. */
  readonly image: ImageDescriptor | null;
  /** Manifest of the cache that was written; null without one. */
  readonly cache: Digest | null;
}

export interface RunningSolve {
  /**
   * What came out, when the engine has finished and no status message is outstanding. Rejects with
   * `SolveFailure`, `ConnectionLost` (even the history does not know the end, or the engine goes on with what was stopped), or
   * `RpcError` with code `canceled`, the last only when the engine says that all work of this build has ended.
   */
  readonly done: Promise<SolveResult>;
  /** Asks the engine to stop: it kills the steps that only this build waits for. */
  cancel(): void;
}

/** How long the status of a Solve that has ended may take to arrive. */
const statusGraceMs = 500;
/** How long an engine may go on with a build that was stopped. Killed steps and half layers are gone within seconds. */
const endWithinMs = 60_000;
/** After a lost connection: how long the engine may take to come back and to end what it was doing. */
const recoverMs = 5_000;
const heartbeatMs = 5_000;

/**
 * Starts a build and follows it. `onStatus` is called until `done` settles, never afterwards; a promise that it returns
 * holds back the messages behind it.
 */
export function startSolve(
  connection: EngineConnection,
  options: SolveOptions,
  onStatus: MessageHandler<StatusResponse>,
): RunningSolve {
  const running = new Running(connection, options, onStatus);
  const done = running.run();
  done.catch(() => {});
  return { done, cancel: () => running.cancel() };
}

class Running {
  private solve: Call | undefined;
  private canceled = false;
  private silent = false;
  private ended = false;
  /** Why the Solve was canceled, where it was not the caller: nothing could come through its bridge. */
  private bridgeFault: unknown;

  constructor(
    private readonly connection: EngineConnection,
    private readonly options: SolveOptions,
    private readonly onStatus: MessageHandler<StatusResponse>,
  ) {}

  cancel(): void {
    this.canceled = true;
    this.solve?.cancel();
  }

  async run(): Promise<SolveResult> {
    const line = await this.connection.line();
    const stopHeartbeat = startHeartbeat(this.connection, heartbeatMs, () => {
      this.silent = true;
      line.close();
      void this.connection.drop();
    });
    try {
      return await this.follow(line);
    } finally {
      stopHeartbeat();
      this.ended = true;
      line.close();
    }
  }

  private async follow(line: Line): Promise<SolveResult> {
    const status = await followStatus(this.connection, this.options.reference, (message) =>
      this.ended ? undefined : this.onStatus(message),
    );
    let answer: Readonly<Record<string, string>> = {};
    this.solve = line.start(methods.solve, requestOf(this.options), (message) => {
      answer = message.ExporterResponse;
    });
    if (this.canceled) this.solve.cancel();
    const refusal = this.bridge(this.solve);
    try {
      await this.solve.done;
    } catch (error) {
      return await this.failed((!isCanceled(error) && refusal()) || error, status);
    }
    await this.settle(status);
    return { image: imageOfAnswer(answer), cache: cacheOfAnswer(answer) };
  }

  /**
   * What a Solve waits for: the graph of its Dockerfile.
   * @returns why it was refused, where it was: the Solve itself says that without the details
   */
  private bridge(solve: Call): () => RpcError | null {
    const { reference, frontendAttrs, inputs = [], namedInputs = [], stepMark: mark = null } = this.options;
    const { fetchOwner = null, onGraph = () => {} } = this.options;
    const bridge = new Bridge(this.connection, reference);
    void solve.done.catch(() => {}).then(() => bridge.close());
    // What was refused it was told, and ends by it; of anything else, such as a line that broke, nobody tells it.
    const last = { frontendAttrs, inputs: namedInputs };
    bridge.run({ last, inputs, mark, fetchOwner, onGraph }).catch((error: unknown) => {
      if (bridge.refusal) return;
      this.bridgeFault = error;
      solve.cancel();
    });
    return () => bridge.refusal;
  }

  private async failed(error: unknown, status: StatusStream): Promise<SolveResult> {
    if (isCanceled(error)) {
      // The engine still has to end the steps; the status stream ends when they have ended.
      if (!(await this.endOf(status)))
        throw new ConnectionLost('call', 'the engine goes on with a build that was stopped');
      if (await status.ended) throw (!this.canceled && this.bridgeFault) || error;
      return this.recover(new ConnectionLost('call', 'the engine was lost while it stopped a build'));
    }
    await this.settle(status);
    if (error instanceof RpcError) throw new SolveFailure(error);
    return this.recover(error as ConnectionLost);
  }

  /** The stream ends by itself once everything was said, unless the engine refused the Solve before it began. */
  private async settle(status: StatusStream): Promise<void> {
    await within(statusGraceMs, status.ended);
    if (status.hasBegun()) await this.endOf(status);
    else status.cancel();
  }

  /** @returns false where it has not ended in time */
  private async endOf(status: StatusStream): Promise<boolean> {
    const allowedMs = this.options.endWithinMs ?? endWithinMs;
    // What the engine has said may wait for us, where the log cannot be stored. That is no work of the engine.
    for (
      let since = performance.now();
      performance.now() - since < allowedMs;
      since = Math.max(since, status.takenMs())
    ) {
      if (await within(since + allowedMs - performance.now(), status.ended)) return true;
    }
    this.options.onRunawayWork?.({ ended: status.ended });
    return false;
  }

  /** The answer did not arrive, but the engine may have written it down. */
  private async recover(lost: ConnectionLost): Promise<SolveResult> {
    const until = Date.now() + recoverMs;
    while (!this.silent && Date.now() < until) {
      const fate = await findBuild(this.connection, this.options.reference).catch(brokenOff);
      if (fate?.state === 'succeeded') return { image: imageOfRecord(fate.record), cache: null };
      if (fate?.state === 'failed') throw new SolveFailure(fate.error);
      if (fate?.state !== 'running' && fate?.state !== 'broken off') break;
      await delay(50);
    }
    throw lost;
  }
}

/** What broke the Solve may have broken the session of short calls too: the next question opens another. */
function brokenOff(error: unknown): { readonly state: 'broken off' } | null {
  return error instanceof ConnectionLost && error.phase === 'call' ? { state: 'broken off' } : null;
}

function requestOf(options: SolveOptions): MessageInput<SolveRequest> {
  return {
    Ref: options.reference,
    Session: options.sessionId,
    // No frontend: the engine waits for what comes through the bridge.
    Cache: { Exports: options.cacheExports ?? [] },
    Exporters: options.exporters ?? [],
    Internal: options.unrecorded ?? false,
    ...(options.sourcePolicy && { SourcePolicy: options.sourcePolicy }),
  };
}

interface StatusStream {
  /** Resolves true when the engine itself ended the stream: every vertex of the build has then ended. */
  readonly ended: Promise<boolean>;
  /** Whether the engine has said anything about this build yet. */
  hasBegun(): boolean;
  /** When a message was last taken, as `performance.now`: now, while one is. */
  takenMs(): number;
  cancel(): void;
}

async function followStatus(
  connection: EngineConnection,
  reference: string,
  onMessage: MessageHandler<StatusResponse>,
): Promise<StatusStream> {
  let begun = false;
  let taking = 0;
  let takenMs = 0;
  const call = await connection.start(methods.status, { Ref: reference }, (message) => {
    begun = true;
    const pause = onMessage(message);
    if (!pause) return;
    taking++;
    return pause.finally(() => {
      taking--;
      takenMs = performance.now();
    });
  });
  const ended = call.done.then(
    () => true,
    (error: unknown) => !(error instanceof ConnectionLost),
  );
  return {
    ended,
    hasBegun: () => begun,
    takenMs: () => (taking > 0 ? performance.now() : takenMs),
    cancel: call.cancel,
  };
}

/** @returns whether it came within the time */
async function within(ms: number, moment: Promise<unknown>): Promise<boolean> {
  const grace = new AbortController();
  const late = delay(ms, false, { signal: grace.signal }).catch(() => false);
  const came = await Promise.race([moment.then(() => true), late]);
  grace.abort();
  return came;
}

function isCanceled(error: unknown): boolean {
  return error instanceof RpcError && error.code === rpcCode.canceled;
}
