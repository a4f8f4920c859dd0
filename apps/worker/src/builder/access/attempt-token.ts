import { isDatabaseUnavailable, type RegistryTokenRepository } from '@cooperage/db';
import { type MasterKeys, openBox, sealedSubject } from '@cooperage/domain';

export interface RegistryToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** A token with less life than this is read again: control may have renewed it. */
const freshMs = 60_000;

/**
 * The registry token of one attempt, from its row. It is kept for some time, so that a push neither waits for the database nor
 * fails because the database is away for a moment; but who has not asked for as long as a lease may have slept over it,
 * and the token of an attempt that is lost is not in its row any more (S-117).
 */
export class AttemptToken {
  private token = '';
  private diesAt = 0;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly tokens: RegistryTokenRepository,
    private readonly keys: MasterKeys,
    private readonly attemptId: string,
    private readonly leaseMs: number,
  ) {}

  /** Null when control has given none, or gives none any more. */
  async get(): Promise<RegistryToken | null> {
    if (this.leftMs < freshMs || performance.now() - this.askedAt > this.leaseMs) await this.read();
    return this.leftMs > 0
      ? { token: this.token, expiresInSeconds: Math.max(1, Math.floor(this.leftMs / 1000)) }
      : null;
  }

  private get leftMs(): number {
    return this.diesAt - performance.now();
  }

  private async read(): Promise<void> {
    try {
      const found = await this.tokens.read(this.attemptId);
      this.askedAt = performance.now();
      if (!found) {
        this.diesAt = 0;
        return;
      }
      this.token = Buffer.from(openBox(this.keys, found.sealed, sealedSubject.registryToken(this.attemptId))).toString(
        'utf8',
      );
      this.diesAt = performance.now() + found.expiresInMs;
    } catch (error) {
      if (!isDatabaseUnavailable(error) || this.leftMs <= 0) throw error;
    }
  }
}
