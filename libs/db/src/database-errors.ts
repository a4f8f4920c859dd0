import { Prisma } from './generated/client.js';

/** Prisma: cannot reach, timed out, closed, pool exhausted, transaction could not start. */
const unavailableCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
/** SQLSTATE: connection exceptions, server shutting down or starting, too many connections, statement or lock timeout. */
const unavailableStates = /^(?:08...|57P0[1-3]|53300|57014|55P03)$/;
const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENOENT',
]);
/** `pg` has no codes for these. */
const messages = /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/** Whether an error of this library says that the database cannot be used now, so that the same call may work later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let depth = 0, at: unknown = error; at instanceof Error && depth < 5; depth++, at = at.cause)
    if (isUnavailable(at)) return true;
  return false;
}

function isUnavailable(error: Error): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string')
    if (unavailableCodes.has(code) || unavailableStates.test(code) || socketErrors.has(code)) return true;
  return messages.test(error.message);
}
