import { isObject, parseJson } from '../document/json-shape.js';
import { invalidAnswer } from '../registry-error.js';
import { formatScope, mergeScopes, type RegistryScope } from '../token/registry-scope.js';
import type { AddressRules } from './address-rules.js';
import type { Answer } from './answer.js';
import type { FetchedToken, TokenFetcher } from './challenge-authorizer.js';

const maxAnswerBytes = 65_536;
const maxTokenLength = 32_768;
/** What Docker's token authentication gives a token that names no lifetime. */
const defaultLifeSeconds = 60;
const maxLifeSeconds = 86_400;

/** Sends one GET and gives back its answer when it is 200; throws `RegistryError` otherwise. */
export type PlainGet = (url: URL, authorization: string | undefined, signal: AbortSignal) => Promise<Answer>;

/** Fetches tokens as Docker's "token authentication specification" says. */
export function tokenFetcher(addresses: AddressRules, get: PlainGet): TokenFetcher {
  return async (challenge, scopes, basic, signal) => {
    const url = tokenUrl(addresses.fetch(challenge.realm), challenge.service, scopes);
    const answer = await get(url, basic, signal);
    return readToken(await answer.bytes(maxAnswerBytes));
  };
}

function tokenUrl(realm: URL, service: string | undefined, scopes: readonly RegistryScope[]): URL {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of mergeScopes(scopes)) url.searchParams.append('scope', formatScope(scope));
  return url;
}

function readToken(bytes: Uint8Array): FetchedToken {
  const json = parseJson(bytes, 'the answer of the token service');
  const { token, access_token, expires_in } = isObject(json) ? json : {};
  const value = token ?? access_token;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || value.length > maxTokenLength)
    throw invalidAnswer('the token service gives no token');
  const lifeSeconds = typeof expires_in === 'number' && expires_in > 0 ? expires_in : defaultLifeSeconds;
  return { token: value, livesMs: Math.min(lifeSeconds, maxLifeSeconds) * 1000 };
}
