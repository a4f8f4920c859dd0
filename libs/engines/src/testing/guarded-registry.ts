import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { services } from '@cooperage/testing';

/** Somebody's private registry: the images of the open one, for whoever knows the password (RFC 7617). */
export interface GuardedRegistry {
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** Answers that were given to somebody who knew it. */
  readonly answered: () => number;
  close(): Promise<void>;
}

export async function startGuardedRegistry(username: string, password: string): Promise<GuardedRegistry> {
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let answered = 0;
  const server = createServer(async ({ method = 'GET', url = '/', headers }, answer) => {
    if (headers.authorization !== wanted) {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="trial"' }).end();
      return;
    }
    answered++;
    const accept = headers.accept ? { accept: headers.accept } : {};
    const found = await fetch(`http://${services().openRegistry}${url}`, { method, headers: accept });
    const passed = ['content-type', 'content-length', 'docker-content-digest'].flatMap((name) => {
      const value = found.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    answer.writeHead(found.status, Object.fromEntries(passed));
    answer.end(Buffer.from(await found.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, services().reachableAddress, resolve));
  return {
    host: `${services().reachableAddress}:${(server.address() as AddressInfo).port}`,
    username,
    password,
    answered: () => answered,
    close: () => new Promise((done) => server.close(() => done())),
  };
}
