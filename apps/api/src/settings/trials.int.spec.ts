import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trial } from '@cooperage/contracts';
import { type MailReceiver, startMailReceiver, startOidcProvider, type TestOidcProvider } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { freePort } from '../../spec/free-port.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let mail: MailReceiver;
let provider: TestOidcProvider;
let host: string;
let target: TestProject;

const right = `Basic ${Buffer.from('robot:right password').toString('base64')}`;
/** A registry that asks for a name and a password, and one that asks nobody. */
const asking = createServer(({ headers }, response) => {
  const isIn = headers.authorization === right;
  response.writeHead(isIn ? 200 : 401, isIn ? {} : { 'www-authenticate': 'Basic realm="x"' }).end('{}');
});
const open = createServer((_, response) => response.writeHead(200).end('{}'));
const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  const port = await freePort();
  [mail, provider, host] = await Promise.all([
    startMailReceiver(),
    startOidcProvider(`http://127.0.0.1:${port}/api/auth/oidc/callback`),
    listen(asking),
  ]);
  const openHost = await listen(open);
  world = await ApiWorld.open({
    port,
    variables: {
      ...{ SMTP_URL: mail.url, SMTP_FROM: 'cooperage@acme.example' },
      ...{ OIDC_ISSUER_URL: provider.issuer, OIDC_CLIENT_ID: provider.clientId },
      OIDC_CLIENT_SECRET: provider.clientSecret,
      COOPERAGE_INNER_REGISTRIES: `${host},${openHost}`,
    },
  });
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
});
afterAll(async () => {
  await world?.close();
  await provider?.close();
  for (const server of [asking, open]) {
    server.closeAllConnections();
    server.close();
  }
});

const tried = async (path: string) => expectOk(await owner.post<Trial>(path));
const credential = (at: string) =>
  `/api/v1/projects/${target.project.id}/registry-credentials/${encodeURIComponent(at)}`;
const put = async (at: string, password: string) =>
  expectOk(await owner.ask('PUT', credential(at), { username: 'robot', password }));

describe('what the environment names', () => {
  it('is a mail server, which takes a mail for the administrator or says why not', async () => {
    expect(await tried('/api/v1/settings/trials/mail')).toMatchObject({
      ok: true,
      fact: expect.stringContaining('took a mail'),
    });
    expect(mail.mails.at(-1)?.text).toContain('to see whether mail arrives');
    await mail.close();
    expect(await tried('/api/v1/settings/trials/mail')).toMatchObject({
      ok: false,
      fact: expect.stringContaining('ESOCKET'),
    });
  });

  it('is a provider, which says how it is spoken to or does not answer', async () => {
    expect(await tried('/api/v1/settings/trials/sign-in')).toMatchObject({ ok: true });
    await provider.away();
    expect(await tried('/api/v1/settings/trials/sign-in')).toMatchObject({
      ok: false,
      fact: expect.stringContaining('does not answer'),
    });
    await provider.back();
  });

  it('S-066 is tried for administrators of the installation alone, and not without end', async () => {
    const other = await world.member(owner, await organizationOf(owner), 'owner');
    for (const what of ['mail', 'sign-in'])
      expect((await other.post(`/api/v1/settings/trials/${what}`)).status).toBe(403);
    const statuses = [];
    for (let count = 0; count < 20; count++)
      statuses.push((await owner.post('/api/v1/settings/trials/sign-in')).status);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('a credential for a registry', () => {
  it('is shown to it, and what it says is told', async () => {
    await put(host, 'right password');
    expect(await tried(`${credential(host)}/trial`)).toMatchObject({
      ok: true,
      fact: `${host} takes this user name and password.`,
    });
    await put(host, 'another');
    expect(await tried(`${credential(host)}/trial`)).toMatchObject({
      ok: false,
      fact: `${host} refuses this user name and password.`,
    });
  });

  it('proves nothing where nobody is asked for one', async () => {
    const openHost = `127.0.0.1:${(open.address() as AddressInfo).port}`;
    await put(openHost, 'any');
    expect((await tried(`${credential(openHost)}/trial`)).fact).toContain('asks nobody');
  });

  it('S-019 is shown to no inner address that the operator has not named', async () => {
    const inner = `127.0.0.1:${await freePort()}`;
    await put(inner, 'any');
    expect(await tried(`${credential(inner)}/trial`)).toMatchObject({
      ok: false,
      fact: expect.stringContaining('COOPERAGE_INNER_REGISTRIES'),
    });
  });

  it('S-058 is tried by whoever may change it, and S-065 is nobody else’s', async () => {
    const developer = await world.member(owner, await organizationOf(owner), 'developer');
    expect((await developer.post(`${credential(host)}/trial`)).status).toBe(403);
    const { visitor } = await world.stranger(owner);
    expect((await visitor.post(`${credential(host)}/trial`)).status).toBe(404);
    expect((await owner.post(`${credential('never.example')}/trial`)).status).toBe(404);
  });
});
