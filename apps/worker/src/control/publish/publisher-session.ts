import { type Tenure, type TenureRepository } from '@cooperage/db';
import { type RegistryAddress, RegistryClient, type RegistryScope } from '@cooperage/oci';
import type { RegistryTokens } from '../tokens/registry-tokens.js';

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

/** Seconds between the end of a token and the end of the tenure in whose name it was minted. */
const marginSeconds = 2;

/** Opens publisher sessions: one holder per project at a time, and a registry that enforces it. */
export class PublisherSessions {
  constructor(
    private readonly tenures: TenureRepository,
    private readonly tokens: RegistryTokens,
    private readonly instanceId: () => string,
    private readonly options: PublisherSessionsOptions,
  ) {}

  async with<T>(projectId: string, work: (session: PublisherSession) => Promise<T>): Promise<SessionOutcome<T>> {
    const acquired = await this.acquire(projectId);
    if (!acquired.ok) return acquired;
    const lost = new AbortController();
    const keeper = new TenureKeeper(
      acquired.tenure,
      () => this.acquire(projectId),
      () => lost.abort(),
    );
    try {
      const registry = this.client(keeper);
      return { ok: true, value: await work({ tenure: acquired.tenure, registry, signal: lost.signal }) };
    } finally {
      keeper.close();
    }
  }

  private acquire(projectId: string) {
    return this.tenures.acquire(projectId, this.instanceId(), this.options.leaseMs);
  }

  private client(keeper: TenureKeeper): RegistryClient {
    const tokenFor = (scopes: readonly RegistryScope[]) =>
      this.tokens.mintStrict(`publisher:${keeper.tenure.fence}`, scopes, keeper.remainingSeconds());
    return new RegistryClient({ ...this.options.registry, credentials: { kind: 'token', tokenFor } });
  }
}

/** Renews a tenure while it is used, and knows for how much longer a token minted now may live. */
class TenureKeeper {
  private endsAt: number;
  private readonly timer: NodeJS.Timeout;

  constructor(
    readonly tenure: Tenure,
    private readonly acquire: () => ReturnType<TenureRepository['acquire']>,
    private readonly onLost: () => void,
  ) {
    this.endsAt = performance.now() + tenure.leaseMs;
    this.timer = setInterval(() => void this.renew(), tenure.leaseMs / 3);
  }

  /**
   * Whole seconds of life for a token. A process that was paused finds nothing left here; one that was paused with a token
   * in its hand finds the registry refusing it.
   * @throws {Error} when the tenure is over
   */
  remainingSeconds(): number {
    const seconds = Math.floor((this.endsAt - performance.now()) / 1000) - marginSeconds;
    if (seconds >= 1) return seconds;
    this.onLost();
    throw new Error('the publisher tenure is over');
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async renew(): Promise<void> {
    const askedAt = performance.now();
    try {
      const renewed = await this.acquire();
      if (renewed.ok && renewed.tenure.fence === this.tenure.fence) this.endsAt = askedAt + this.tenure.leaseMs;
      else this.onLost();
    } catch {
      if (performance.now() > this.endsAt) this.onLost();
    }
  }
}
