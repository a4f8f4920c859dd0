import { Redis } from 'ioredis';

export interface RedisFinding {
  readonly code: 'ok' | 'unreachable' | 'refused' | 'evicts';
  /** For a person; holds no password. */
  readonly fact: string;
}

/** As `lookAtRedis` of each: the first that is not well, else all. */
export async function lookAtAllRedis(urls: readonly string[], timeoutMs: number): Promise<RedisFinding> {
  const findings = await Promise.all(urls.map((url) => lookAtRedis(url, timeoutMs)));
  const bad = findings.find(({ code }) => code !== 'ok');
  return bad ?? { code: 'ok', fact: findings.map(({ fact }) => fact).join(' ') };
}

/** Whether jobs are safe with this Redis, seen over a connection of its own that is closed again. Never throws. */
export async function lookAtRedis(url: string, timeoutMs: number): Promise<RedisFinding> {
  const where = new URL(url).host;
  const redis = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: timeoutMs, commandTimeout: timeoutMs },
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  let last: Error | undefined;
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    await redis.ping();
    const [, policy] = (await redis.config('GET', 'maxmemory-policy').catch(() => [])) as [string?, string?];
    if (policy !== undefined && policy !== 'noeviction')
      return { code: 'evicts', fact: `Redis at ${where} has the maxmemory-policy "${policy}".` };
    return { code: 'ok', fact: `Redis at ${where} answers and evicts nothing.` };
  } catch (error) {
    const { message } = last ?? (error as Error);
    const isRefused = /^(WRONGPASS|NOAUTH|ERR AUTH)/.test(message);
    return isRefused
      ? { code: 'refused', fact: `Redis at ${where} refuses the password.` }
      : { code: 'unreachable', fact: `Redis at ${where} does not answer: ${codeOf(last ?? error)}.` };
  } finally {
    redis.disconnect();
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ?? message;
}
