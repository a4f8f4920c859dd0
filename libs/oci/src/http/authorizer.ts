import type { RegistryScope } from '../token/registry-scope.js';

/** How calls prove who they are. */
export interface Authorizer {
  /** `Authorization` to send at once; undefined while the registry has asked for none. */
  header(scopes: readonly RegistryScope[], signal: AbortSignal): Promise<string | undefined>;
  /**
   * Another `Authorization` after a 401; undefined when there is none to try.
   * @param challenge the answer's `WWW-Authenticate`.
   * @param refused what was sent.
   */
  answer(
    challenge: string | undefined,
    scopes: readonly RegistryScope[],
    refused: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** Who a client is to its registry. */
export type RegistryCredentials =
  /** Shows nothing, and does not even ask for a token that everybody gets. */
  | { readonly kind: 'none' }
  | { readonly kind: 'anonymous' }
  /** Name and password (or access token): sent as Basic, or exchanged for tokens where the registry says so. */
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** The caller mints or keeps tokens itself; it is asked before each call and gives one that is still alive. */
  | { readonly kind: 'token'; readonly tokenFor: (scopes: readonly RegistryScope[]) => string | Promise<string> };

/** Carries what the caller's own code threw past our reading of network errors: the call throws `reason` as it is. */
export class CallerFailure extends Error {
  constructor(readonly reason: unknown) {
    super('the caller gives no token');
  }
}

/** Tokens come from the caller: nothing a registry answers can make us ask somebody else. */
export class GivenTokenAuthorizer implements Authorizer {
  readonly #tokenFor: (scopes: readonly RegistryScope[]) => string | Promise<string>;

  constructor(tokenFor: (scopes: readonly RegistryScope[]) => string | Promise<string>) {
    this.#tokenFor = tokenFor;
  }

  async header(scopes: readonly RegistryScope[]): Promise<string> {
    try {
      return `Bearer ${await this.#tokenFor(scopes)}`;
    } catch (error) {
      throw new CallerFailure(error);
    }
  }

  async answer(): Promise<undefined> {
    return undefined;
  }
}

/** A refusal stands. */
export const noAuthorizer: Authorizer = { header: async () => undefined, answer: async () => undefined };
