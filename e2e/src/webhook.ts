import { createHmac, randomUUID } from 'node:crypto';
import type { Project } from '@cooperage/contracts';

export interface PushedRef {
  readonly ref?: string;
  readonly before?: string | null;
  readonly after: string;
}

/** A project as its git host knows it. */
export interface Hooked {
  readonly project: Project;
  readonly hookSecret: string;
}

/**
 * What a git host posts for a push, proved as Standard Webhooks (https://www.standardwebhooks.com) says.
 * @param id the same at every try of one message
 */
export function webhookRequest(
  { project, hookSecret }: Hooked,
  push: PushedRef,
  id: string = randomUUID(),
): { path: string; init: RequestInit } {
  const body = JSON.stringify({
    ref: push.ref ?? 'refs/heads/main',
    before: push.before ?? '0'.repeat(40),
    after: push.after,
    // As a git host names it, which need not be the name of the project.
    repository: new URL(project.remoteUrl).pathname.slice(1).replace(/\.git$/, ''),
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(hookSecret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { path: `/api/v1/hooks/${project.id}`, init: { method: 'POST', headers, body } };
}
