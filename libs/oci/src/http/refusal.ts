import { isObject, parseJson } from '../document/json-shape.js';
import { RegistryError, type RegistryErrorKind } from '../registry-error.js';
import type { Answer } from './answer.js';

const maxErrorBytes = 16_384;
const maxRetryAfterSeconds = 3_600;

const sentences: Record<RegistryErrorKind, string> = {
  not_found: 'the registry does not have it',
  denied: 'the registry refuses access',
  unavailable: 'the registry cannot do it now',
  invalid: 'the registry gives an answer that makes no sense',
  rejected: 'the registry does not accept it',
};

/** What an answer with an unexpected status means (OCI distribution specification, "Error Codes"). Reads its body. */
export async function refusalOf(answer: Answer, what: string): Promise<RegistryError> {
  const code = await errorCodeOf(answer);
  const kind = kindOf(answer.status);
  return new RegistryError(kind, `${what}: ${sentences[kind]} (${answer.status}${code ? ` ${code}` : ''})`, {
    status: answer.status,
    code,
    retryAfterMs: retryAfterMs(answer),
  });
}

function kindOf(status: number): RegistryErrorKind {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'not_found';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  return status >= 400 ? 'rejected' : 'invalid';
}

/** Only the machine-readable code is taken over: the registry's sentences may repeat credentials. */
export async function errorCodeOf(answer: Answer): Promise<string | undefined> {
  try {
    const json = parseJson(await answer.bytes(maxErrorBytes), 'the error');
    const first: unknown = isObject(json) && Array.isArray(json.errors) ? json.errors[0] : undefined;
    const code = isObject(first) ? first.code : undefined;
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : undefined;
  } catch {
    // The status alone says what is needed; an error body is a courtesy.
    return undefined;
  }
}

function retryAfterMs(answer: Answer): number | undefined {
  const seconds = Number(answer.header('retry-after') ?? Number.NaN);
  return seconds >= 0 && seconds <= maxRetryAfterSeconds ? seconds * 1000 : undefined;
}
