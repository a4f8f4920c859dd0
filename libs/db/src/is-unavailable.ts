/** Prisma: no server, timeouts, connection closed, pool exhausted, transaction lost. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
/** PostgreSQL's classes 08 (connection), 53 (resources) and 57P (operator intervention); Node's network errors. */
const otherCodes = /^(?:08\w{3}|53\w{3}|57P\w{2}|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
/** Where driver and adapter give a sentence and no code. */
const sentences =
  /connection terminated|server has closed the connection|timeout exceeded when trying to connect|can't reach database/i;

/** Whether the database could not be reached, so that the same call may work later. Anything else is a defect or a refusal. */
export function isUnavailable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && (prismaCodes.has(code) || otherCodes.test(code))) return true;
    if (sentences.test(at.message)) return true;
  }
  return false;
}
