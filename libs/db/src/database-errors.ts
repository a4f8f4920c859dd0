import { BuildFailure } from '@cooperage/domain';
import { Prisma } from './generated/client.js';

/** Prisma: cannot reach, timed out, closed, pool exhausted, transaction could not start. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
/** SQLSTATE: connection exceptions, resources, shutting down or starting, statement or lock timeout. Node: the socket. */
const otherCodes =
  /^(?:08\w{3}|53\w{3}|57P0[1-3]|57014|55P03|ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
/** Where driver and adapter give a sentence and no code. */
const sentences =
  /connection terminated|server has closed the connection|timeout exceeded when trying to connect|query read timeout|can't reach database/i;
/** SQLSTATE: statement or lock timeout. */
const timeouts = /^(?:57014|55P03)$/;
const statementTimeout = /^57014$/;
const deepest = 5;

/**
 * Whether an error of this library says that the database cannot be used now, so that the same call may work later. An
 * error that has a name in the failure catalogue is about something else, whatever caused it.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let depth = 0, at = error; at instanceof Error && depth < deepest; depth++, at = at.cause) {
    if (at instanceof BuildFailure) return false;
    if (saysUnavailable(at)) return true;
  }
  return false;
}

/**
 * Whether one statement took longer than any may, or waited so long for a lock: the database answers, and says nothing of others.
 * `isDatabaseUnavailable` counts it too, since the same call may work later; it may also never work, where the rows are the reason.
 */
export function isStatementTimeout(error: unknown): boolean {
  return hasCode(error, timeouts);
}

/** Whether one statement took longer than any may, and did not wait for a lock for all of that time. */
export function isStatementTooLong(error: unknown): boolean {
  return hasCode(error, statementTimeout);
}

/**
 * Whether the database cannot be used now, whatever it is asked. A statement that took longer than any may is none: what it reads may be the
 * reason, and then it never ends.
 */
export function isDatabaseOutage(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !isStatementTooLong(error);
}

function hasCode(error: unknown, codes: RegExp): boolean {
  for (let depth = 0, at = error; at instanceof Error && depth < deepest; depth++, at = at.cause)
    if (codesOf(at).some((code) => codes.test(code))) return true;
  return false;
}

function saysUnavailable(error: Error): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  return codesOf(error).some((code) => prismaCodes.has(code) || otherCodes.test(code)) || sentences.test(error.message);
}

/** Prisma has a code of its own for what it does not know, and names the database's in the message. */
function codesOf(error: Error): string[] {
  const { code, meta } = error as { code?: unknown; meta?: { code?: unknown } };
  const inMessage = /^(?:Raw query failed|Database error)\. Code: `(\w+)`/m.exec(error.message)?.[1];
  return [code, meta?.code, inMessage].filter((found): found is string => typeof found === 'string');
}
