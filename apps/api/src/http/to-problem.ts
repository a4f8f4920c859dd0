import type { ProblemCode } from '@cooperage/contracts';
import { isDatabaseUnavailable } from '@cooperage/db';
import { isRegistryError, type RegistryError } from '@cooperage/oci';
import { HttpException } from '@nestjs/common';
import { ApiProblem } from './problem.js';

const codesOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'bad_request',
  408: 'request_timeout',
  409: 'conflict',
  410: 'gone',
  413: 'payload_too_large',
  414: 'bad_request',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'bad_request',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

/** What any thrown value is for a caller. Whatever we did not foresee is `internal`, and nothing of it is told. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (isRegistryError(error)) return registryProblem(error);
  if (isDatabaseUnavailable(error))
    return new ApiProblem('unavailable', {
      detail: 'A part of the service does not answer.',
      retryAfterSeconds: 2,
      cause: error,
    });
  const code = codesOfStatus[statusOf(error) ?? 500] ?? 'internal';
  return new ApiProblem(code, { cause: error });
}

/** The registry client's messages are written for people. What the registry lacks is gone: our rows said it was there. */
function registryProblem(error: RegistryError): ApiProblem {
  if (error.kind === 'not_found')
    return new ApiProblem('gone', { detail: 'The registry does not have this any more.', cause: error });
  if (error.code === 'TOO_LARGE') return new ApiProblem('payload_too_large', { detail: error.message, cause: error });
  const detail = error.kind === 'invalid' ? error.message : 'The registry does not answer as it should.';
  return new ApiProblem('unavailable', { detail, retryAfterSeconds: 5, cause: error });
}

/** Status of errors of Nest and Fastify. Their messages are left out: they repeat what was sent, or name our parts. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error)) return undefined;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const isFastifyError = typeof code === 'string' && code.startsWith('FST_');
  return (isFastifyError || error instanceof SyntaxError) && typeof statusCode === 'number' ? statusCode : undefined;
}
