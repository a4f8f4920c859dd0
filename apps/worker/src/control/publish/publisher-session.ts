import type { Tenure, TenureRepository } from '@cooperage/db';
import { type RegistryAddress, RegistryClient, type RegistryScope } from '@cooperage/oci';
import { orAborted } from '@cooperage/source';
import type { RegistryTokens } from '../tokens/registry-tokens.js';
import { TenureKeeper } from './tenure-keeper.js';
import { Turns } from './turns.js';
import { UnansweredWrites } from './unanswered-writes.js';

/** The right to write one project's repository, kept alive while `work` runs. */
export interface PublisherSession {
  readonly tenure: Tenure;
  /** Its tokens are dead for the registry when the tenure ends. */
  readonly registry: RegistryClient;
  /** Aborted when the tenure could not be renewed in time: nothing more may be written. */
  readonly signal: AbortSignal;
}

export type SessionOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly waitMs: number };

export interface PublisherSessionsOptions {
  readonly registry: Pick<RegistryAddress, 'host' | 'scheme'>;
  readonly leaseMs: number;
}

/**
 * Opens publisher sessions: one at a time for each project, among processes by the tenure and a registry that enforces it,
 * within this process by turns, since the tenure is the process's.
 */
export class PublisherSessions {
  private readonly turns = new Turns();

  constructor(
    private readonly tenures: TenureRepository,
    private readonly tokens: RegistryTokens,
    private readonly instanceId: () => string,
    private readonly options: PublisherSessionsOptions,
  ) {}

  /**
   * @param until when it is aborted the session ends, whatever still runs of `work`: others of the project need their turn
   * @throws what `work` throws; `ok: false` when another process, or a request of this one, may still write
   */
  async with<T>(
    projectId: string,
    work: (session: PublisherSession) => Promise<T>,
    until?: AbortSignal,
  ): Promise<SessionOutcome<T>> {
    const open = async () => {
      until?.throwIfAborted();
      return this.open(projectId, work, until);
    };
    return orAborted(this.turns.take(projectId, open), until);
  }

  private async open<T>(
    projectId: string,
    work: (session: PublisherSession) => Promise<T>,
    until?: AbortSignal,
  ): Promise<SessionOutcome<T>> {
    // Counted from before the question: the lease has begun when the database answers, however late we hear of it.
    const askedAt = performance.now();
    const acquired = await this.tenures.acquire(projectId, this.instanceId(), this.options.leaseMs);
    if (!acquired.ok) return acquired;
    const { tenure } = acquired;
    const keeper = new TenureKeeper(tenure, askedAt, this.tenures);
    const writes = new UnansweredWrites();
    try {
      const signal = until ? AbortSignal.any([keeper.signal, until]) : keeper.signal;
      const value = await orAborted(work({ tenure, registry: this.client(keeper, writes), signal }), until);
      return { ok: true, value };
    } finally {
      keeper.close();
      // A write without an answer may still be on its way to the registry: then whoever is next waits until its token is dead.
      // A release that fails only costs time.
      if (writes.none) await this.tenures.release(tenure).catch(() => undefined);
    }
  }

  private client(keeper: TenureKeeper, writes: UnansweredWrites): RegistryClient {
    const tokenFor = (scopes: readonly RegistryScope[]) =>
      this.tokens.mintStrict(`publisher:${keeper.tenure.fence}`, scopes, keeper.remainingSeconds());
    return new RegistryClient({ ...this.options.registry, writes, credentials: { kind: 'token', tokenFor } });
  }
}
