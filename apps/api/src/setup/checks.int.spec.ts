import type { CheckName, ChecksView, CheckView, FirstStepsView, TriedSample } from '@cooperage/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { freePort } from '../../spec/free-port.js';
import { Relay } from '../../spec/relay.js';
import { setupToken, type TestAddresses } from '../../spec/test-settings.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

const path = '/api/v1/setup/checks';
let world: ApiWorld;
let relay: Relay | undefined;
afterEach(async () => {
  relay?.mend();
  await world.close();
  relay?.close();
  relay = undefined;
});

const open = async (changes: Partial<TestAddresses> = {}, reach?: (url: string) => Promise<string>) => {
  world = await ApiWorld.open(changes, reach);
  return tokenHolder();
};

/** Somebody who has typed the token into the page. */
async function tokenHolder(): Promise<Visitor> {
  const visitor = world.anonymous();
  expectOk(await visitor.post('/api/v1/setup/session', { token: setupToken }), 204);
  return visitor;
}

const of = (view: ChecksView, name: CheckName) => view.checks.find((check) => check.name === name)!;

/** What is said of one part once it is answered. */
async function answerOf(visitor: Visitor, name: CheckName): Promise<CheckView> {
  const look = async () => of(expectOk(await visitor.get<ChecksView>(path)), name);
  await expect.poll(async () => (await look()).state).toMatch(/ok|failed/);
  return look();
}
const ask = async (visitor: Visitor, names?: CheckName[]) =>
  expectOk(await visitor.post<ChecksView>(path, { ...(names && { names }) }), 202);

describe('the checks of an installation', () => {
  it('are the token’s until there is an administrator, and then only the administrator’s', async () => {
    const holder = await open();
    expect((await world.anonymous().get(path)).status).toBe(401);
    const wrong = await world.anonymous().post('/api/v1/setup/session', { token: 'guessed' });
    expect([wrong.status, problemOf(wrong).code]).toEqual([403, 'forbidden']);
    expect(expectOk(await holder.get<ChecksView>(path)).checks.map(({ state }) => state)).toEqual(
      Array.from({ length: 5 }, () => 'unasked'),
    );
    await ask(holder);
    const owner = await world.owner();
    expect((await holder.get(path)).status).toBe(401);
    expect((await holder.post('/api/v1/setup/session', { token: setupToken })).status).toBe(410);
    expect((await owner.get(path)).status).toBe(200);
    const member = await world.member(owner, await organizationOf(owner), 'admin');
    for (const answer of [await member.get(path), await member.post(path, {}), await member.get('/api/v1/first-steps')])
      expect(answer.status).toBe(403);
  });

  it('find database, Redis and the public address in order', async () => {
    const holder = await open();
    expect(of(await ask(holder), 'registry').state).toBe('waiting');
    expect(await answerOf(holder, 'database')).toMatchObject({ state: 'ok', advice: null });
    expect(await answerOf(holder, 'redis')).toMatchObject({
      state: 'ok',
      fact: expect.stringContaining('evicts nothing'),
    });
    const address = await answerOf(holder, 'public_address');
    expect(address).toMatchObject({ state: 'ok', fact: expect.stringContaining('came back to us') });
    expect(address.fact).toContain('Only this machine can reach it');
  });

  it('refuse a name that there is none of', async () => {
    const holder = await open();
    expect((await holder.post(path, { names: ['disk'] })).status).toBe(400);
  });
});

describe('a check that fails says what was measured, why, and what to do', () => {
  it('for a Redis that is away, without its password', async () => {
    const holder = await open({ redisUrl: 'redis://:a-secret-word@127.0.0.1:1' });
    await ask(holder, ['redis']);
    const check = await answerOf(holder, 'redis');
    expect(check).toMatchObject({
      state: 'failed',
      code: 'unreachable',
      fact: expect.stringContaining('ECONNREFUSED'),
    });
    expect(check.advice?.command).toContain('redis');
    expect(JSON.stringify(check)).not.toContain('a-secret-word');
  });

  it('for a public address where nobody listens, to a program that bears the token', async () => {
    world = await ApiWorld.open({ port: await freePort(), publicUrl: 'http://127.0.0.1:1' });
    const call = async (method: string, body?: string) => {
      const headers = { authorization: `Bearer ${setupToken}`, 'content-type': 'application/json' };
      const answer = await fetch(world.origin + path, { method, headers, ...(body && { body }) });
      return (await answer.json()) as ChecksView;
    };
    const view = await call('POST', '{"names":["public_address"]}');
    expect(view.publicUrl).toBe('http://127.0.0.1:1');
    const check = async () => of(await call('GET'), 'public_address');
    await expect.poll(async () => (await check()).state).toBe('failed');
    expect((await check()).code).toBe('unreachable');
    expect((await check()).advice?.command).toBe('curl -i http://127.0.0.1:1/healthz');
  });

  it('R-Low-4 to nobody by the token while the database is away, which would not know that the set-up is done', async () => {
    const holder = await open({}, async (databaseUrl) => {
      const url = new URL(databaseUrl);
      relay = await Relay.to(url.hostname, Number(url.port));
      url.port = String(relay.localPort);
      return url.href;
    });
    relay!.cut();
    const begun = await world.anonymous().post('/api/v1/setup/session', { token: setupToken });
    for (const answer of [begun, await holder.get(path), await holder.post(path, {})])
      expect([answer.status, problemOf(answer).detail]).toEqual([
        503,
        expect.stringContaining('database does not answer'),
      ]);
  });

  it('R-Low-3 with an answer to a nonce that nobody else can ask for', async () => {
    await open();
    const echo = (nonce: string) => world.anonymous().post('/api/v1/setup/echo', { nonce });
    expect((await echo('a'.repeat(32))).status).toBe(400);
    expect((await echo(`k.${'a'.repeat(32)}.${'b'.repeat(64)}`)).status).toBe(403);
  });

  it('for a builder and a control that are not there, after twenty seconds', async () => {
    const holder = await open();
    await ask(holder, ['builder', 'registry']);
    const code = async () => of(expectOk(await holder.get<ChecksView>(path)), 'builder').code;
    expect(await code()).toBeNull();
    await world.database.prisma.$executeRaw`UPDATE setup_check SET asked_at = asked_at - interval '20 seconds'`;
    expect(await code()).toBe('no_answer');
    const view = expectOk(await holder.get<ChecksView>(path));
    expect(of(view, 'builder').fact).toBe('No builder has taken the check in 20 s.');
    expect(of(view, 'registry').advice?.command).toContain('control');
  });
});

describe('the first steps', () => {
  it('go from nothing over the sample to a list that is put away', async () => {
    await open();
    const owner = await world.owner();
    const organizationId = await organizationOf(owner);
    const steps = async () => expectOk(await owner.get<FirstStepsView>('/api/v1/first-steps'));
    expect(await steps()).toMatchObject({ hasProject: false, hasSignedImage: false, dismissed: false });
    const tried = expectOk(await owner.post<TriedSample>('/api/v1/first-steps/sample', { organizationId }), 202);
    expect(tried).toMatchObject({ organizationSlug: 'acme', projectSlug: 'first-image' });
    // Asked for again it is the same project with one more build.
    expectOk(await owner.post<TriedSample>('/api/v1/first-steps/sample', { organizationId }), 202);
    expect(await steps()).toMatchObject({ hasProject: true, hasSignedImage: false });
    expectOk(await owner.post('/api/v1/first-steps/dismissal'), 204);
    expect((await steps()).dismissed).toBe(true);
  });
});
