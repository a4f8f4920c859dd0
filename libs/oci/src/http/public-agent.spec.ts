import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { mediaTypes } from '../media-types.js';
import { RegistryClient } from '../registry-client.js';
import { innerAddressCode, publicAgent } from './public-agent.js';
import { answer, failure, StubServers } from './stub-servers.fixture.js';

const stubs = new StubServers();
const agents: Agent[] = [];
const others: Server[] = [];
afterEach(async () => {
  stubs.close();
  for (const other of others.splice(0)) other.close();
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

const agent = (...allowInner: string[]): Agent => {
  const made = publicAgent(allowInner);
  agents.push(made);
  return made;
};
const digest = `sha256:${'a'.repeat(64)}`;
const said = { 'docker-content-digest': digest, 'content-length': '2', 'content-type': mediaTypes.index };

describe('an agent for registries that strangers name', () => {
  it('S-019 S-020 goes to no inner address, written or by name, whatever its form', async () => {
    let asked = 0;
    const host = await stubs.serve((_, response) => {
      asked++;
      answer(response, 200, said);
    });
    const port = host.split(':')[1]!;
    for (const inner of [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0.0.0.0',
      '[::ffff:127.0.0.1]',
      '[::1]',
    ]) {
      const client = new RegistryClient({ host: `${inner}:${port}`, scheme: 'http', dispatcher: agent() });
      expect(await failure(client.manifests.head('a', 'latest')), inner).toMatchObject({
        kind: 'unavailable',
        code: innerAddressCode,
      });
    }
    expect(asked).toBe(0);
  });

  it('goes where the operator says, and nowhere from there', async () => {
    const inner = createServer((_, response) => answer(response, 200, said));
    others.push(inner);
    await new Promise<void>((done) => inner.listen(0, '127.0.0.1', done));
    const secret = `127.0.0.1:${(inner.address() as AddressInfo).port}`;
    const host = await stubs.serve(({ url }, response) => {
      if (url?.includes('moved')) answer(response, 307, { location: `http://${secret}/` });
      else answer(response, 200, said);
    });
    const client = new RegistryClient({ host, scheme: 'http', trustedHosts: [secret], dispatcher: agent(host) });
    expect((await client.manifests.head('a', 'latest'))?.digest).toBe(digest);
    expect((await failure(client.manifests.head('moved', 'latest'))).code).toBe(innerAddressCode);
  });
});
