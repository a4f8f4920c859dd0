import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { webhookHeaders } from './standard-webhook.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
const ANSWER_WITHIN_MS = 10_000;
const SHOWN_CHARACTERS = 500;

export interface Webhook {
  readonly url: string;
  readonly secret: string;
}

/** One updated ref, as git tells it to a post-receive hook (githooks(5)). */
export interface RefUpdate {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

export interface DeliveryResult {
  readonly accepted: boolean;
  /** What the service answered, or why there was no answer. */
  readonly said: string;
}

/**
 * Tells the service of one updated ref. The message keeps its id over all tries, so a repeated one counts once; a
 * refusal is final, a missing or a 5xx answer is tried again for as long as `patienceMs`.
 */
export async function deliver(
  webhook: Webhook,
  repository: string,
  update: RefUpdate,
  patienceMs: number,
): Promise<DeliveryResult> {
  const id = `push_${randomUUID()}`;
  const body = JSON.stringify({
    type: 'push',
    ref: update.ref,
    before: update.before,
    after: update.after,
    repository,
  });
  const deadline = Date.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const { status, said } = await post(webhook, id, body);
    if (status !== undefined && status < 500 && status !== 429) return { accepted: status < 300, said };
    if (Date.now() + pauseMs > deadline) return { accepted: false, said };
    await sleep(pauseMs);
  }
}

/** The lines that git writes to a post-receive hook. */
export function parseUpdates(text: string): RefUpdate[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [before = '', after = '', ...ref] = line.split(' ');
    return { before, after, ref: ref.join(' ') };
  });
}

async function post({ url, secret }: Webhook, id: string, body: string): Promise<{ status?: number; said: string }> {
  try {
    const headers = webhookHeaders(secret, id, new Date(), body);
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const text = await answer.text();
    const page = answer.ok ? pageOf(text) : undefined;
    return { status: answer.status, said: page ?? `${answer.status} ${text.slice(0, SHOWN_CHARACTERS)}`.trim() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { said: `no answer (${error instanceof Error ? error.message : error}${cause})` };
  }
}

/** Where a person can see what becomes of the push, if the service says so. */
function pageOf(text: string): string | undefined {
  try {
    const { url } = JSON.parse(text) as { url?: unknown };
    return typeof url === 'string' ? `see ${url}` : undefined;
  } catch {
    return undefined;
  }
}
