import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RegistryClient } from '../registry-client.js';
import { RegistryError } from '../registry-error.js';
import type { RegistryAddress } from './registry-http.js';

/** HTTP servers of one test file that answer as they are told; for registries that lie, stall or flood. */
export class StubServers {
  readonly #servers: Server[] = [];

  /** @returns `host:port`. */
  async serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    this.#servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async registry(listener: RequestListener, more: Partial<RegistryAddress> = {}): Promise<RegistryClient> {
    return new RegistryClient({ host: await this.serve(listener), scheme: 'http', timeoutMs: 2_000, ...more });
  }

  close(): void {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  }
}

export function answer(response: ServerResponse, status: number, headers: Record<string, string> = {}, body = '') {
  return response.writeHead(status, headers).end(body);
}

/** The `RegistryError` that `call` throws; anything else fails the test. */
export async function failure(call: Promise<unknown>): Promise<RegistryError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RegistryError) return error;
  throw new Error(`no RegistryError but ${String(error)}`);
}
