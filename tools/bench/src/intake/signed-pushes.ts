import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Bytes of a push as forges send it for a commit or two. */
const bodyBytes = 4_200;

export interface Target {
  readonly projectId: string;
  readonly secret: string;
}

/** A whole request, ready to be sent: a push as GitHub signs it, with a commit and a delivery id of its own. */
function signedPush({ projectId, secret }: Target, number: number): Uint8Array {
  const push = {
    ref: `refs/heads/branch-${number % 50}`,
    before: '0'.repeat(40),
    after: randomBytes(20).toString('hex'),
    pusher: { name: 'bench' },
    text: '',
  };
  push.text = 'x'.repeat(bodyBytes - JSON.stringify(push).length);
  const body = JSON.stringify(push);
  const head = [
    `POST /api/v1/hooks/${projectId} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    'x-github-event: push',
    `x-github-delivery: ${randomUUID()}`,
    `x-hub-signature-256: sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** So many pushes, spread over all targets. */
export function signedPushes(targets: readonly Target[], count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => signedPush(targets[at % targets.length]!, at));
}
