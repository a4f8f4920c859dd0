import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { pickCache } from './cache-choice.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function registry(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const request = (host: string) =>
  ({
    ...{ push: { host, repository: 'a' }, cacheRepositories: [`${host}/cache`] },
    registryAuth: { token: async () => ({ token: 't' }) },
  }) as unknown as BuildRequest;

describe('the cache that buildah reads', () => {
  it('is the first with the tag of a step', async () => {
    const host = await registry((_, response) => response.end(JSON.stringify({ tags: ['a'.repeat(64)] })));
    expect(await pickCache(request(host), true)).toBe('cache');
  });

  it('R-L2 S-105 is none where the list of tags never ends, and the list is read no further', async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const host = await registry((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"tags":["');
      const timer = setInterval(() => {
        sent += 65_536;
        response.write('a'.repeat(65_536));
      }, 1);
      response.on('close', () => {
        clearInterval(timer);
        closed.resolve();
      });
    });
    expect(await pickCache(request(host), true)).toBeUndefined();
    await closed.promise;
    expect(sent).toBeLessThan(100 * 65_536);
  });
});
