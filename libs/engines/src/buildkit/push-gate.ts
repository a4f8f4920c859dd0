import { setTimeout as delay } from 'node:timers/promises';
import { ContentTooLarge, type EngineConnection, RpcError, readContent, rpcCode } from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';
import type { BuildRequest, PushedBlob } from '../build-request.js';
import type { EngineEvent } from '../engine.js';
import { allBlobsOfManifest } from '../manifest-blobs.js';

/** Registries take no larger one. */
const mostManifestBytes = 4 * 1024 * 1024;
/** The engine announces a manifest before it has written it. A disk that other steps keep busy takes its time. */
const writtenWithinMs = 30_000;
const lookMs = 50;
/** All engines that we know announce an image. One that says nothing for so long gets no token, and its push fails. */
const silentMs = 60_000;

type Emit = (event: EngineEvent) => void | Promise<void>;

/**
 * Holds the right to push back until the image has been admitted (`BuildRequest.push.admit`). BuildKit says what it is going to push,
 * keeps it in its own store, and asks our session for a token then.
 */
export class PushGate {
  private readonly admitted = Promise.withResolvers<boolean>();
  /** Events so far, and how many of them are not taken yet: the announcement may come behind them. */
  private heard = 0;
  private taking = 0;
  private isClosed = false;

  constructor(
    private readonly connection: EngineConnection,
    private readonly asked: BuildRequest,
  ) {}

  /** The same, with a token for the push only behind the admission. */
  get request(): BuildRequest {
    const { registryAuth, push } = this.asked;
    if (!push.admit) return this.asked;
    const token: BuildRequest['registryAuth']['token'] = async (host, scopes) =>
      pushes(scopes, push.repository) && !(await this.isAdmitted()) ? null : registryAuth.token(host, scopes);
    return { ...this.asked, registryAuth: { ...registryAuth, token } };
  }

  /** What is thrown by the admission ends the build. `emit` is all that an event waits for. */
  watch(emit: Emit): Emit {
    return (event) => {
      this.heard++;
      const taken = event.type === 'pushing' ? this.admit(event.digest).then(() => emit(event)) : emit(event);
      if (!taken) return;
      this.taking++;
      return taken.finally(() => this.taking--);
    };
  }

  /** The build is over. */
  close(): void {
    this.isClosed = true;
    this.admitted.resolve(false);
  }

  private async admit(digest: string): Promise<void> {
    try {
      const { admit } = this.asked.push;
      if (admit) await admit({ digest, blobs: await this.blobsOf(digest), isPushed: false });
      this.admitted.resolve(true);
    } finally {
      this.admitted.resolve(false);
    }
  }

  /** An admission that has begun is waited for until it or the build ends, however long that takes (R4-F1). */
  private isAdmitted(): Promise<boolean> {
    const late = new AbortController();
    return Promise.race([this.admitted.promise, this.silence(late.signal)]).finally(() => late.abort());
  }

  /** Until nothing came for a while, and nothing is being taken or admitted. */
  private async silence(signal: AbortSignal): Promise<false> {
    let heard: number;
    do {
      heard = this.heard;
      await delay(silentMs, undefined, { signal, ref: false }).catch(() => undefined);
    } while (!signal.aborted && (this.taking > 0 || this.heard !== heard));
    return false;
  }

  /**
   * What the engine keeps is asked of the quota, so a manifest that cannot be read is not pushed (R17B-2).
   * @throws {BuildFailure} `PolicyRefused` for what is no manifest of an image, `EngineUnavailable` where the engine does not show it
   */
  private async blobsOf(digest: string): Promise<PushedBlob[]> {
    const sinceMs = performance.now();
    for (;;) {
      try {
        return blobsIn(await readContent(this.connection, digest, mostManifestBytes));
      } catch (error) {
        const isLate = this.isClosed || performance.now() - sinceMs >= writtenWithinMs;
        if (isLate || !isUnwritten(error)) throw unread(error);
      }
      await delay(lookMs);
    }
  }
}

function isUnwritten(error: unknown): boolean {
  return error instanceof RpcError && (error.code === rpcCode.notFound || error.code === rpcCode.unknown);
}

function unread(cause: unknown): BuildFailure {
  if (cause instanceof BuildFailure) return cause;
  if (cause instanceof ContentTooLarge) return refused('its manifest has more than 4 MiB', cause);
  const message = 'The builder did not show the manifest of the image before its push.';
  return new BuildFailure('EngineUnavailable', message, { cause });
}

function blobsIn(manifest: Buffer): PushedBlob[] {
  try {
    return allBlobsOfManifest(manifest);
  } catch (cause) {
    throw refused('its manifest does not name a configuration and layers by sha256 and size', cause);
  }
}

function refused(why: string, cause: unknown): BuildFailure {
  return new BuildFailure('PolicyRefused', `The image cannot be published: ${why}.`, { cause });
}

/** https://distribution.github.io/distribution/spec/auth/scope/ */
function pushes(scopes: readonly string[], repository: string): boolean {
  return scopes.some((scope) => {
    const [, name, actions = ''] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
    return name === repository && /\b(?:push|\*)/.test(actions);
  });
}
