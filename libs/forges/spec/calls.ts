import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AcceptedDelivery, RawHeaders, RefusedDelivery } from '../src/delivery.js';
import { standardWebhookSignature } from '../src/proof/standard-webhooks.js';
import { deliveryReading } from '../src/read-delivery.js';
import { atOnce } from '../src/slices.js';

/** Calls as each sender makes them, signed by the secret of one project. */
export const secret = 'the secret of the project';
export const now = new Date('2026-11-24T12:00:00Z');
export const json = { 'content-type': 'application/json' };
export const form = { 'content-type': 'application/x-www-form-urlencoded' };
export const before = '5d7f3c1e9a4b2d8f6c0e1a3b5d7f9c1e3a5b7d9f';
export const after = 'a94b8fe5ccb19ba61c4c0873d391e987982fbbd3';

export const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url));
export const hmac = (body: string | Uint8Array, key = secret) => createHmac('sha256', key).update(body).digest('hex');

export function read(
  headers: RawHeaders,
  rawBody: string | Uint8Array,
  secrets: readonly (string | Uint8Array)[] = [secret],
) {
  return atOnce(deliveryReading({ headers, rawBody: Buffer.from(rawBody), secrets, now }));
}
export function accepted(...call: Parameters<typeof read>): AcceptedDelivery {
  const result = read(...call);
  if (!result.ok) throw new Error(`refused: ${result.code}, ${result.message}`);
  return result;
}
export function refused(...call: Parameters<typeof read>): RefusedDelivery {
  const result = read(...call);
  if (result.ok) throw new Error('accepted');
  return result;
}

export function github(body: string | Uint8Array, changes: RawHeaders = {}): RawHeaders {
  return {
    ...json,
    'x-github-event': 'push',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': `sha256=${hmac(body)}`,
    ...changes,
  };
}
/** Gitea sends the names of Gogs and GitHub along. */
export function gitea(body: string | Uint8Array, changes: RawHeaders = {}): RawHeaders {
  return {
    ...github(body, { 'x-hub-signature-256': `sha256=${hmac(body)}`, 'x-hub-signature': 'sha1=00' }),
    'x-gogs-event': 'push',
    'x-gitea-event': 'push',
    'x-gitea-event-type': 'push',
    'x-gitea-delivery': 'f6266f16-1bf3-46a5-9ea4-602e06ead473',
    'x-gitea-signature': hmac(body),
    ...changes,
  };
}
export function forgejo(body: string | Uint8Array, changes: RawHeaders = {}): RawHeaders {
  return {
    ...gitea(body),
    'x-forgejo-event': 'push',
    'x-forgejo-delivery': 'forgejo-delivery',
    'x-forgejo-signature': hmac(body),
    ...changes,
  };
}
export function gitlab(changes: RawHeaders = {}): RawHeaders {
  return {
    ...json,
    'x-gitlab-event': 'Push Hook',
    'x-gitlab-event-uuid': 'event-uuid',
    'x-gitlab-webhook-uuid': 'hook-uuid',
    'idempotency-key': 'key-1',
    'x-gitlab-token': secret,
    ...changes,
  };
}
export function signed(
  body: string | Uint8Array,
  options: { key?: string; id?: string; sentAt?: Date } = {},
): RawHeaders {
  const { key = secret, id = 'msg_1', sentAt = now } = options;
  return { ...json, ...standardWebhookSignature({ secret: key, id, sentAt, body }) };
}
