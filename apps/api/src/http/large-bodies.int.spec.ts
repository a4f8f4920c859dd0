import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { CreatedToken } from '@cooperage/contracts';
import { syncStretchRatio } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

/** Twenty times what a server has anyhow; some of it is the client, which is in this process too. */
const mostStretch = 20;

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
});
afterAll(() => world.close());

const numbers = `[${'1,'.repeat(524_000)}1]`;
const keys = `{${Array.from({ length: 95_000 }, (_, at) => `"${at}":1`).join()}}`;
const inMember = (name: string) => [`{"${name}":${numbers}}`, `{"${name}":${keys}}`] as const;

describe('a body of 1 MiB that is nothing but values', () => {
  it.each([
    ['R5-A3 an unknown address', 'POST', '/api/none', [numbers, keys], 404],
    ['R5-A3 a sign-in', 'POST', '/api/auth/sign-in/email', [numbers, keys, ...inMember('email')], 413],
    ['R5-A3 a link of a password', 'POST', '/api/v1/password-resets/find', [numbers, ...inMember('secret')], 413],
    ['R5-A2 the checks of the set-up', 'POST', '/api/v1/setup/checks', [numbers, ...inMember('names')], 413],
  ])('keeps nobody waiting at %s', async (_what, method, path, bodies, status) => {
    for (const body of bodies) {
      const ask = async () => expect((await world.anonymous().ask(method, path, body)).status).toBe(status);
      expect(await syncStretchRatio(ask)).toBeLessThan(mostStretch);
    }
  });

  it('R5-A3 keeps nobody waiting at the settings of a project, which somebody who is signed in sends', async () => {
    for (const body of [numbers, ...inMember('buildArgs'), ...inMember('protectedBranches')]) {
      const ask = async () => {
        const answer = await owner.ask('PATCH', `/api/v1/projects/${randomUUID()}`, body);
        expect([answer.status, problemOf(answer).detail]).toEqual([
          413,
          expect.stringMatching(/more than (?:5000 values|4000 keys)\.$/),
        ]);
      };
      expect(await syncStretchRatio(ask)).toBeLessThan(mostStretch);
    }
  });
});

it.each([
  ['/api/none', 404],
  ['/none', 404],
  ['/api/v1/me', 405],
])('R5-A3 an address that takes nothing answers before the body is there: %s', async (path, status) => {
  const { hostname, port } = new URL(world.origin);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n[`,
  );
  const head = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
  socket.destroy();
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

describe('R7-A3 a body for which its sender has no right', () => {
  const answerTo = async (path: string, header: string): Promise<string> => {
    const { hostname, port } = new URL(world.origin);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\n${header}content-type: application/json\r\ncontent-length: 1000000\r\n\r\n[`,
    );
    const head = await new Promise<string>((resolve) =>
      socket.once('data', (data) => resolve(data.toString('latin1'))),
    );
    socket.destroy();
    return head;
  };

  it.each([
    ['nobody', ''],
    ['a token that is wrong', `authorization: Bearer cpr_${'a'.repeat(40)}\r\n`],
  ])('is answered before it is there: %s', async (_who, header) => {
    expect(await answerTo('/api/v1/projects', header)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('is answered before it is there: a token that may only read', async () => {
    const organizationId = await organizationOf(owner);
    const token = { organizationId, name: 'reader', scopes: ['read'], expiresInDays: null };
    const { secret } = expectOk(await owner.post<CreatedToken>('/api/v1/tokens', token), 201);
    expect(await answerTo('/api/v1/projects', `authorization: Bearer ${secret}\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('R5-A3 the largest bodies that honest clients send are taken', () => {
  const project = () => `/api/v1/projects/${target.project.id}`;
  const globs = (count: number, length = 500) =>
    Array.from({ length: count }, (_, at) => `${at}/${'x'.repeat(length)}`);

  it('settings of a project with 64 build arguments of 64 KiB together, 32 contexts and 50 protected branches', async () => {
    const entries = (count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`name_${at}`, value]));
    const settings = {
      buildArgs: entries(64, 'v'.repeat(1000)),
      namedContexts: entries(32, 'folder/'.repeat(100).slice(0, -1)),
      protectedBranches: globs(50),
    };
    expect(expectOk(await owner.ask('PATCH', project(), settings))).toMatchObject(settings);
  });

  it('a rule with 50 patterns of each kind and 20 tags', async () => {
    // All of its text together has 16 KiB at most.
    const paths = { includePaths: globs(50, 138), excludePaths: globs(50, 138) };
    const rule = { name: 'All', refKind: 'branch', refPattern: '**', ...paths };
    const tags = Array.from({ length: 20 }, (_, at) => `t-${at}-${'x'.repeat(100)}`);
    expectOk(await owner.post(`${project()}/rules`, { ...rule, tags }), 201);
  });

  it('a secret of 64 KiB, and the longest password for git', async () => {
    const value = randomBytes(32_768).toString('hex');
    expectOk(await owner.ask('PUT', `${project()}/secrets/TOKEN`, { value }));
    const credentials = { kind: 'basic', username: 'u'.repeat(256), password: value.slice(0, 8192) };
    expectOk(await owner.ask('PUT', `${project()}/git-credentials`, credentials), 204);
  });

  it('the deletion of an image with a thousand tags', async () => {
    const comment = 'c'.repeat(500);
    const tags = Array.from({ length: 1000 }, (_, at) => `t-${at}-${'x'.repeat(100)}`);
    const answer = await owner.post(`${project()}/images/sha256:${'a'.repeat(64)}/deletion`, { tags, comment });
    // There is no such image: the body was read, and its schema took it.
    expect([answer.status, problemOf(answer).code]).toEqual([404, 'not_found']);
  });
});
