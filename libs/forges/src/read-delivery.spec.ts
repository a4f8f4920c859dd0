import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedDelivery, RawHeaders, RefusedDelivery } from './delivery.js';
import { recognize } from './forge/forges.js';
import { standardWebhookSignature } from './proof/standard-webhooks.js';
import { readDelivery } from './read-delivery.js';

const secret = 'the secret of the project';
const now = new Date('2026-11-24T12:00:00Z');
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const before = '5d7f3c1e9a4b2d8f6c0e1a3b5d7f9c1e3a5b7d9f';
const after = 'a94b8fe5ccb19ba61c4c0873d391e987982fbbd3';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url));
const hmac = (body: string | Uint8Array, key = secret) => createHmac('sha256', key).update(body).digest('hex');

function read(headers: RawHeaders, rawBody: string | Uint8Array, secrets: readonly (string | Uint8Array)[] = [secret]) {
  return readDelivery({ headers, rawBody: Buffer.from(rawBody), secrets, now });
}
function accepted(...call: Parameters<typeof read>): AcceptedDelivery {
  const result = read(...call);
  if (!result.ok) throw new Error(`refused: ${result.code}, ${result.message}`);
  return result;
}
function refused(...call: Parameters<typeof read>): RefusedDelivery {
  const result = read(...call);
  if (result.ok) throw new Error('accepted');
  return result;
}

function github(body: string | Uint8Array, changes: RawHeaders = {}): RawHeaders {
  return {
    ...json,
    'x-github-event': 'push',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': `sha256=${hmac(body)}`,
    ...changes,
  };
}
/** Gitea sends the names of Gogs and GitHub along. */
function gitea(body: string | Uint8Array, changes: RawHeaders = {}): RawHeaders {
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
function forgejo(body: string | Uint8Array, changes: RawHeaders = {}): RawHeaders {
  return {
    ...gitea(body),
    'x-forgejo-event': 'push',
    'x-forgejo-delivery': 'forgejo-delivery',
    'x-forgejo-signature': hmac(body),
    ...changes,
  };
}
function gitlab(changes: RawHeaders = {}): RawHeaders {
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
function signed(body: string | Uint8Array, options: { key?: string; id?: string; sentAt?: Date } = {}): RawHeaders {
  const { key = secret, id = 'msg_1', sentAt = now } = options;
  return { ...json, ...standardWebhookSignature({ secret: key, id, sentAt, body }) };
}

describe('recognize', () => {
  it('tells Forgejo and Gitea from GitHub, whose headers they send too', () => {
    expect([forgejo(''), gitea(''), gitlab(), github(''), signed('')].map(recognize)).toEqual([
      'forgejo',
      'gitea',
      'gitlab',
      'github',
      'generic',
    ]);
    expect(recognize({ authorization: 'Bearer x' })).toBe('generic');
  });

  it('knows GitLab by its own headers, signature or not', () => {
    expect(recognize({ ...signed(''), ...gitlab() })).toBe('gitlab');
  });

  it('does not know others', () => {
    const unknown = [{}, { 'x-event-key': 'repo:push' }, { 'x-github-event': '' }, { authorization: 'Basic eDp5' }];
    expect(unknown.map(recognize)).toEqual([null, null, null, null]);
    expect(refused(json, '{}')).toMatchObject({ forge: null, code: 'unknown_sender', httpStatus: 401 });
  });
});

describe('GitHub', () => {
  const body = fixture('github-push');

  it('reads a push', () => {
    expect(accepted(github(body), body)).toEqual({
      ok: true,
      forge: 'github',
      deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      eventName: 'push',
      proof: 'hmac-sha256',
      secretIndex: 0,
      event: { type: 'push', ref: 'refs/heads/main', before, after, sender: 'mona' },
    });
  });

  it('reads a form: the MAC covers the raw form', () => {
    const formBody = new URLSearchParams({ payload: body.toString() }).toString();
    expect(accepted(github(formBody, form), formBody).event).toMatchObject({ ref: 'refs/heads/main', after });
    expect(refused(github(body, form), formBody).code).toBe('signature_invalid');
  });

  it('verifies the example of its documentation', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const call = (text: string) =>
      refused(github('', { 'x-hub-signature-256': signature }), text, ["It's a Secret to Everybody"]).code;
    expect([call('Hello, World!'), call('Hello, World?')]).toEqual(['malformed', 'signature_invalid']);
  });

  it('ignores pings, deletions and other events, with the reason', () => {
    const ping = fixture('github-ping');
    expect(accepted(github(ping, { 'x-github-event': 'ping' }), ping)).toMatchObject({
      eventName: 'ping',
      event: { type: 'ignored', reason: 'A ping: the webhook works.' },
    });
    const deletion = fixture('github-delete');
    expect(accepted(github(deletion), deletion).event).toEqual({ type: 'ignored', reason: 'The ref was deleted.' });
    expect(accepted(github('{}', { 'x-github-event': 'issue_comment' }), '{}').event.type).toBe('ignored');
  });

  it.each<[string, RawHeaders, string]>([
    ['no signature', { 'x-hub-signature-256': undefined }, 'signature_missing'],
    ['an empty signature', { 'x-hub-signature-256': '' }, 'signature_missing'],
    ['only the prefix', { 'x-hub-signature-256': 'sha256=' }, 'signature_missing'],
    ['odd length', { 'x-hub-signature-256': `sha256=${hmac(body).slice(1)}` }, 'signature_invalid'],
    ['upper case', { 'x-hub-signature-256': `sha256=${hmac(body).toUpperCase()}` }, 'signature_invalid'],
    ['no prefix', { 'x-hub-signature-256': hmac(body) }, 'signature_invalid'],
    ['no hex', { 'x-hub-signature-256': `sha256=${'z'.repeat(64)}` }, 'signature_invalid'],
    ['the header twice', { 'x-hub-signature-256': [`sha256=${hmac(body)}`, 'x'] }, 'signature_missing'],
    [
      'sha1 only',
      {
        'x-hub-signature-256': undefined,
        'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
      },
      'signature_missing',
    ],
    [
      'sha1 in place of sha256',
      { 'x-hub-signature-256': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` },
      'signature_invalid',
    ],
  ])('S-001 refuses %s', (_what, changes, code) => {
    expect(refused(github(body, changes), body)).toMatchObject({ forge: 'github', code, httpStatus: 401 });
  });

  it('S-003 refuses a signature that is wrong in its first or last byte', () => {
    const good = hmac(body);
    const flip = (digit: string) => (digit === '0' ? '1' : '0');
    for (const bad of [flip(good[0]!) + good.slice(1), good.slice(0, -1) + flip(good.at(-1)!)])
      expect(refused(github(body, { 'x-hub-signature-256': `sha256=${bad}` }), body).code).toBe('signature_invalid');
  });

  it('takes any of several secrets, and says which', () => {
    const headers = github(body, { 'x-hub-signature-256': `sha256=${hmac(body, 'old')}` });
    expect(accepted(headers, body, [secret, Buffer.from('old')]).secretIndex).toBe(1);
    expect(refused(headers, body, [secret]).code).toBe('signature_invalid');
    expect(refused(headers, body, []).code).toBe('signature_invalid');
  });

  it('never takes an empty secret', () => {
    expect(refused(github(body, { 'x-hub-signature-256': `sha256=${hmac(body, '')}` }), body, ['']).code).toBe(
      'signature_invalid',
    );
    const empty = { ...json, 'webhook-id': 'a', 'webhook-timestamp': String(now.getTime() / 1000) };
    const mac = createHmac('sha256', '')
      .update(`a.${now.getTime() / 1000}.{}`)
      .digest('base64');
    expect(refused({ ...empty, 'webhook-signature': `v1,${mac}` }, '{}', ['whsec_', '']).code).toBe(
      'signature_invalid',
    );
  });
});

describe('Gitea and Forgejo', () => {
  const body = fixture('gitea-push');

  it('read a push, and a new ref without a commit before', () => {
    expect(accepted(gitea(body), body)).toMatchObject({
      forge: 'gitea',
      deliveryId: 'f6266f16-1bf3-46a5-9ea4-602e06ead473',
      proof: 'hmac-sha256',
      event: { type: 'push', ref: 'refs/heads/develop', before, after, sender: 'gitea' },
    });
    const first = fixture('forgejo-push');
    expect(accepted(forgejo(first), first)).toMatchObject({
      forge: 'forgejo',
      deliveryId: 'forgejo-delivery',
      event: { ref: 'refs/heads/develop', before: null, after },
    });
  });

  it('sign the JSON of a form, not the form', () => {
    const formBody = new URLSearchParams({ payload: body.toString() }).toString();
    expect(accepted(gitea(body, form), formBody).event).toMatchObject({ after });
    expect(refused(gitea(formBody, form), formBody).code).toBe('signature_invalid');
  });

  it('S-001 treat an empty signature as missing, whatever the headers of other forges say', () => {
    expect(refused(gitea(body, { 'x-gitea-signature': '' }), body).code).toBe('signature_missing');
    expect(refused(forgejo(body, { 'x-forgejo-signature': '', 'x-gitea-signature': '' }), body).code).toBe(
      'signature_missing',
    );
  });

  it('S-001 refuse the form that GitHub uses', () => {
    expect(refused(gitea(body, { 'x-gitea-signature': `sha256=${hmac(body)}` }), body).code).toBe('signature_invalid');
    expect(refused(gitea(body, { 'x-gitea-signature': hmac(body).toUpperCase() }), body).code).toBe(
      'signature_invalid',
    );
  });

  it('a bad first signature of Forgejo is not saved by a good second', () => {
    expect(refused(forgejo(body, { 'x-forgejo-signature': hmac(body, 'other') }), body).code).toBe('signature_invalid');
    expect(accepted(forgejo(body, { 'x-forgejo-signature': undefined }), body).proof).toBe('hmac-sha256');
  });
});

describe('GitLab', () => {
  const body = fixture('gitlab-push');

  it('reads a push proven by the classic token', () => {
    expect(accepted(gitlab(), body)).toMatchObject({
      forge: 'gitlab',
      deliveryId: 'key-1',
      eventName: 'Push Hook',
      proof: 'token',
      event: { type: 'push', ref: 'refs/heads/main', before, after, sender: 'jsmith' },
    });
  });

  it('prefers the signature, and a bad one is not saved by a good token', () => {
    const key = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const call = (signingKey: string) => ({ ...gitlab(), ...signed(body, { key: signingKey, id: 'key-1' }) });
    expect(accepted(call(key), body, [secret, key])).toMatchObject({ proof: 'standard-webhooks', secretIndex: 1 });
    expect(refused(call('whsec_b3RoZXI='), body, [secret, key]).code).toBe('signature_invalid');
  });

  it('reads tags and system hooks', () => {
    const tag = fixture('gitlab-tag-push');
    expect(accepted(gitlab({ 'x-gitlab-event': 'Tag Push Hook' }), tag).event).toMatchObject({
      ref: 'refs/tags/v1.2.3',
      before: null,
    });
    expect(accepted(gitlab({ 'x-gitlab-event': 'System Hook' }), body).event.type).toBe('push');
    expect(accepted(gitlab({ 'x-gitlab-event': 'System Hook' }), '{"event_name":"user_create"}').event.type).toBe(
      'ignored',
    );
    expect(accepted(gitlab({ 'x-gitlab-event': 'Merge Request Hook' }), '{}').event.type).toBe('ignored');
  });

  it('S-001 refuses a missing, empty and wrong token', () => {
    expect(refused(gitlab({ 'x-gitlab-token': undefined }), body).code).toBe('signature_missing');
    expect(refused(gitlab({ 'x-gitlab-token': '' }), body).code).toBe('signature_missing');
    for (const wrong of [secret.slice(1), `${secret}x`, `X${secret.slice(1)}`, `${secret.slice(0, -1)}X`])
      expect(refused(gitlab({ 'x-gitlab-token': wrong }), body).code).toBe('signature_invalid');
  });

  it('finds its delivery id in the next header when the first is not sent', () => {
    expect(accepted(gitlab({ 'idempotency-key': undefined }), body).deliveryId).toBe('event-uuid');
  });
});

describe('the generic sender', () => {
  const body = fixture('generic-push');

  it('reads a push proven by Standard Webhooks', () => {
    expect(accepted(signed(body), body)).toMatchObject({
      forge: 'generic',
      deliveryId: 'msg_1',
      eventName: 'push',
      proof: 'standard-webhooks',
      event: { type: 'push', ref: 'refs/heads/main', before, after, sender: 'post-receive' },
    });
  });

  it('takes one good signature among several, of any secret', () => {
    const [one, two] = [signed(body, { key: 'one' }), signed(body, { key: 'two' })];
    const headers = { ...one, 'webhook-signature': `v1a,xx ${one['webhook-signature']} ${two['webhook-signature']}` };
    expect(accepted(headers, body, ['two']).secretIndex).toBe(0);
    expect(accepted(headers, body, ['zero', 'one']).secretIndex).toBe(1);
  });

  it('keeps a tolerance of five minutes, both ways', () => {
    const at = (seconds: number) => read(signed(body, { sentAt: new Date(now.getTime() + seconds * 1000) }), body);
    expect([at(-300).ok, at(300).ok]).toEqual([true, true]);
    for (const seconds of [-301, 301, -1e9, 1e9])
      expect(at(seconds)).toMatchObject({ code: 'timestamp_out_of_range', httpStatus: 401 });
  });

  it('tells a stranger nothing of the clock', () => {
    const old = signed(body, { key: 'other', sentAt: new Date(0) });
    expect(refused(old, body).code).toBe('signature_invalid');
  });

  it.each<[string, RawHeaders]>([
    ['another body', signed('{}')],
    ['another id', { ...signed(body), 'webhook-id': 'msg_2' }],
    ['another time', { ...signed(body), 'webhook-timestamp': String(now.getTime() / 1000 - 1) }],
    ['no id', { ...signed(body), 'webhook-id': '' }],
    ['no time', { ...signed(body), 'webhook-timestamp': undefined }],
    ['a time that is no number', { ...signed(body), 'webhook-timestamp': '1e9' }],
    ['hex in place of base64', { ...signed(body), 'webhook-signature': `v1,${hmac(body)}` }],
    ['no version', { ...signed(body), 'webhook-signature': String(signed(body)['webhook-signature']).slice(3) }],
  ])('S-001 refuses %s', (_what, headers) => {
    expect(refused(headers, body)).toMatchObject({ code: 'signature_invalid', httpStatus: 401 });
  });

  it('takes a bearer token, and a body that names the ref alone', () => {
    const headers = { ...json, authorization: `Bearer token-1` };
    const rawBody = '{"ref":"refs/heads/main"}';
    expect(accepted(headers, rawBody, ['token-1'])).toMatchObject({
      proof: 'bearer',
      deliveryId: `sha256:${createHash('sha256').update(rawBody).digest('hex')}`,
      event: { ref: 'refs/heads/main', before: null, after: null, sender: null },
    });
    expect(refused(headers, rawBody, ['token-2']).code).toBe('signature_invalid');
  });

  it('a bad signature is not saved by a good bearer token', () => {
    const headers = { ...signed(body, { key: 'other' }), authorization: 'Bearer token-1' };
    expect(refused(headers, body, ['token-1']).code).toBe('signature_invalid');
  });

  it('ignores pings and other types', () => {
    expect(accepted(signed('{"type":"ping"}'), '{"type":"ping"}')).toMatchObject({
      eventName: 'ping',
      event: { type: 'ignored' },
    });
    expect(accepted(signed('{"type":"x\\ny"}'), '{"type":"x\\ny"}')).toMatchObject({
      eventName: 'x?y',
      event: { type: 'ignored' },
    });
  });
});

describe('bodies', () => {
  const call = (value: unknown) => {
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    return read(github(body), body);
  };
  const push = (changes: object) => ({ ref: 'refs/heads/main', before, after, ...changes });

  it('S-008 S-009 are refused when malformed, after the proof only', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"ref":1}',
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      '['.repeat(100_000),
      '\ufeff{}',
    ]) {
      expect(call(text)).toMatchObject({ code: 'malformed', httpStatus: 400 });
      expect(refused(github(text, { 'x-hub-signature-256': 'sha256=00' }), text).code).toBe('signature_invalid');
    }
  });

  it('S-007 S-009 are refused when compressed or of another type, with a good proof', () => {
    const body = fixture('github-push');
    for (const headers of [
      { 'content-encoding': 'gzip' },
      { 'content-encoding': 'x' },
      { 'content-type': 'multipart/form-data' },
    ])
      expect(refused(github(body, headers), body)).toMatchObject({ code: 'unsupported_media_type', httpStatus: 415 });
    expect(refused(gitlab(form), 'payload=%7B%7D').code).toBe('unsupported_media_type');
    expect(refused({ ...signed(body), ...form }, body).code).toBe('unsupported_media_type');
  });

  it.each([
    ['a short id', 'abc'],
    ['upper case', after.toUpperCase()],
    ['a number', 7],
    ['a ref', 'main'],
    ['an option', `--upload-pack=${'x'.repeat(26)}`],
  ])('refuse %s as a commit', (_what, value) => {
    expect(call(push({ after: value }))).toMatchObject({ code: 'malformed' });
    expect(call(push({ before: value }))).toMatchObject({ code: 'malformed' });
  });

  it('take SHA-256 commits, zeros of both lengths, and missing ones', () => {
    const long = 'ab'.repeat(32);
    expect(call(push({ after: long, before: '0'.repeat(64) }))).toMatchObject({ event: { after: long, before: null } });
    expect(call(push({ after: '0'.repeat(64) }))).toMatchObject({
      event: { type: 'ignored', reason: 'The ref was deleted.' },
    });
    expect(call(push({ deleted: true }))).toMatchObject({ event: { type: 'ignored' } });
    expect(call({ ref: 'refs/tags/v1' })).toMatchObject({ event: { ref: 'refs/tags/v1', before: null, after: null } });
  });

  it.each([
    '-h',
    '--exec=x',
    'a;id',
    '$(id)',
    '`id`',
    'a\u202eb',
    'ref\u200b',
    "'; DROP TABLE builds; --",
    'x'.repeat(1000),
  ])('S-022 keep the odd branch %j as it is', (name) => {
    const odd = name.replaceAll(' ', '');
    expect(call(push({ ref: `refs/heads/${odd}` }))).toMatchObject({
      event: { type: 'push', ref: `refs/heads/${odd}` },
    });
  });

  it.each([
    'refs/heads/a\nb',
    'refs/heads/a\0',
    'refs/heads/',
    'refs/heads/a..b',
    'refs/heads/a b',
    'main',
    '-h',
    '',
    `refs/heads/${'x'.repeat(4000)}`,
  ])('S-022 refuse the ref %j', (ref) => {
    expect(call(push({ ref }))).toMatchObject({ code: 'ref_invalid', httpStatus: 400 });
  });

  it('ignore refs that are neither branches nor tags', () => {
    expect(call(push({ ref: 'refs/notes/commits' }))).toMatchObject({ event: { type: 'ignored' } });
  });

  it('keep a sender readable', () => {
    const sender = (login: unknown) => call(push({ sender: { login } }));
    expect(sender(`a\x1b[2J\n${'x'.repeat(400)}`)).toMatchObject({ event: { sender: `a[2J${'x'.repeat(251)}` } });
    expect([sender(''), sender('\n'), sender({}), sender(5)]).toMatchObject(Array(4).fill({ event: { sender: null } }));
  });

  it.each(['x'.repeat(201), 'a b', 'é'])('refuse the delivery id %j', (id) => {
    expect(refused(github('{}', { 'x-github-delivery': id }), '{}').code).toBe('malformed');
  });

  it('never crash the reader, and never pollute, whatever proven bytes hold', () => {
    const key = fc.constantFrom(
      'ref',
      'before',
      'after',
      'deleted',
      'sender',
      'login',
      '__proto__',
      'constructor',
      'type',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('refs/heads/main', after, '0'.repeat(40), true, null, 1, ''),
        fc.dictionary(key, tie('value')),
        fc.array(tie('value')),
      ),
    })).value;
    const bodies = fc.oneof(
      value.map((part) => JSON.stringify(part)),
      fc.string(),
    );
    fc.assert(
      fc.property(bodies, fc.constantFrom('push', 'ping', 'constructor'), (body, event) => {
        const results = [
          read(github(body, { 'x-github-event': event }), body),
          read(gitea(body), body),
          read(gitlab(), body),
          read(signed(body), body),
        ];
        for (const result of results) expect(result.ok || result.httpStatus === 400).toBe(true);
        expect(({} as Record<string, unknown>).login).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('never crash the reader, whatever headers say', () => {
    const names = [
      'content-type',
      'content-encoding',
      'authorization',
      'x-github-event',
      'x-gitea-event',
      'x-forgejo-event',
    ];
    const more = [
      'x-gitlab-event',
      'webhook-signature',
      'webhook-id',
      'webhook-timestamp',
      'x-hub-signature-256',
      '__proto__',
    ];
    const values = fc.oneof(
      fc.string(),
      fc.array(fc.string()),
      fc.constantFrom('application/json', 'push', 'Bearer x', 'v1,x'),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, ...more), values), fc.uint8Array(), (headers, body) => {
        const result = read(headers, body);
        expect(result.ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
