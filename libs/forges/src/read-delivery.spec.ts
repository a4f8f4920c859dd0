import type { PushEvent } from '@cooperage/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accepted,
  after,
  before,
  fixture,
  form,
  gitea,
  github,
  gitlab,
  json,
  read,
  refused,
  signed,
} from '../spec/calls.js';

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

  it('R-G6 say which repository they come from, each in the words of its git host', () => {
    const repository = (...call: Parameters<typeof accepted>) => (accepted(...call).event as PushEvent).repository;
    const [hub, tea, lab] = ['github', 'gitea', 'gitlab'].map((name) => fixture(`${name}-push`)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    expect([repository(github(hub), hub), repository(gitea(tea), tea), repository(gitlab(), lab)]).toMatchObject([
      { id: '186853002', name: 'octo-org/hello', addresses: ['https://github.com/octo-org/hello.git'] },
      { id: '140', name: 'gitea/hello', addresses: ['https://gitea.example.org/gitea/hello.git'] },
      { id: '15', name: 'mike/hello', addresses: ['https://gitlab.example.org/mike/hello.git'] },
    ]);
    const generic = (said: unknown) => {
      const text = JSON.stringify({ ref: 'refs/heads/main', repository: said });
      return repository(signed(text), text);
    };
    expect(generic('hello')).toEqual({ id: null, name: 'hello', addresses: ['hello'] });
    expect(generic({ id: 'x7', clone_url: 'https://a.example/b' })).toEqual({
      ...{ id: 'x7', name: null, addresses: ['https://a.example/b'] },
    });
    for (const nothing of [
      undefined,
      null,
      7,
      '',
      [],
      {},
      { id: {} },
      { id: 1.5 },
      { id: 'x'.repeat(65) },
      { full_name: '\u0000' },
    ])
      expect(generic(nothing)).toBeNull();
  });

  it('R-H2 are known when they come again, whatever form or id they come with', () => {
    const body = fixture('github-push').toString();
    const digest = (...call: Parameters<typeof accepted>) =>
      Buffer.from(accepted(...call).bodyDigest ?? []).toString('hex');
    const inForm = (payload: string) => `payload=${payload}`;
    const coded = encodeURIComponent(body);
    const first = digest(gitea(body), body);
    expect(digest(gitea(body, { 'x-gitea-delivery': 'another' }), body)).toBe(first);
    for (const other of [inForm(coded), inForm(coded.replaceAll('%22', '"')), `x=1&${inForm(coded)}`])
      expect(digest(gitea(body, form), other)).toBe(first);
    expect(digest(gitlab({ 'idempotency-key': 'another' }), body)).toBe(first);
    expect(digest({ ...json, authorization: 'Bearer word' }, body, ['word'])).toBe(first);
    expect(digest(github(`${body} `), `${body} `)).not.toBe(first);
  });

  it('R-H2 are new where the proof covers the id that they come with', () => {
    const body = fixture('gitlab-push');
    const key = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    expect(accepted(signed(body, { key, id: 'a' }), body, [key]).bodyDigest).toBeNull();
    const unsignedId = { ...gitlab(), ...signed(body, { key, id: 'a' }) };
    expect(accepted(unsignedId, body, [key]).bodyDigest).not.toBeNull();
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
