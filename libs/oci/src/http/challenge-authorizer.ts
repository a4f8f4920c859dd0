import { formatScope, mergeScopes, type RegistryScope } from '../token/registry-scope.js';
import type { Authorizer } from './authorizer.js';
import { type Challenge, parseChallenge } from './challenge.js';

export interface FetchedToken {
  readonly token: string;
  /** Milliseconds. */
  readonly livesMs: number;
}

export type TokenFetcher = (
  challenge: Extract<Challenge, { scheme: 'bearer' }>,
  scopes: readonly RegistryScope[],
  basic: string | undefined,
  signal: AbortSignal,
) => Promise<FetchedToken>;

/** A token is not used in its last seconds: it could die on the way. */
const marginMs = 5_000;

/**
 * Answers what the registry asks for: Basic, or a token of its token service. The scopes are those of the call at hand,
 * never those that the challenge names: a registry cannot widen what our credentials are used for.
 */
export class ChallengeAuthorizer implements Authorizer {
  readonly #basic: string | undefined;
  readonly #fetchToken: TokenFetcher;
  readonly #tokens = new Map<string, { readonly header: string; readonly diesAtMs: number }>();
  #asked: Challenge | null = null;

  constructor(credentials: { username: string; password: string } | null, fetchToken: TokenFetcher) {
    this.#basic =
      (credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`) ||
      undefined;
    this.#fetchToken = fetchToken;
  }

  async header(scopes: readonly RegistryScope[], signal: AbortSignal): Promise<string | undefined> {
    if (this.#asked === null) return undefined;
    if (this.#asked.scheme === 'basic') return this.#basic;
    return this.#living(keyOf(scopes)) ?? this.#fetch(this.#asked, scopes, signal);
  }

  async answer(
    challenge: string | undefined,
    scopes: readonly RegistryScope[],
    refused: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const asked = parseChallenge(challenge);
    if (asked === null) return undefined;
    this.#asked = asked;
    if (asked.scheme === 'basic') return refused === this.#basic ? undefined : this.#basic;
    // A parallel call may have fetched a newer token than the one that was refused.
    const living = this.#living(keyOf(scopes));
    return living !== undefined && living !== refused ? living : this.#fetch(asked, scopes, signal);
  }

  #living(key: string): string | undefined {
    const token = this.#tokens.get(key);
    return token && token.diesAtMs > Date.now() ? token.header : undefined;
  }

  async #fetch(
    asked: Extract<Challenge, { scheme: 'bearer' }>,
    scopes: readonly RegistryScope[],
    signal: AbortSignal,
  ): Promise<string> {
    const fetched = await this.#fetchToken(asked, scopes, this.#basic, signal);
    const header = `Bearer ${fetched.token}`;
    this.#tokens.set(keyOf(scopes), { header, diesAtMs: Date.now() + fetched.livesMs - marginMs });
    return header;
  }
}

function keyOf(scopes: readonly RegistryScope[]): string {
  return mergeScopes(scopes).map(formatScope).sort().join(' ');
}
