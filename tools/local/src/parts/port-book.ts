import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from '../files/atomic-file.ts';
import { LauncherError } from '../output.ts';

/** Below the range from which systems take ports for outgoing connections. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** Port numbers by name, kept between runs: bookmarks and image names stay right. */
export class PortBook {
  private readonly file: string;
  private readonly seed: string;

  constructor(file: string, seed: string) {
    this.file = file;
    this.seed = seed;
  }

  /** The number that was given out last. */
  known(name: string): number | undefined {
    return this.read()[name];
  }

  /** The known number where nobody listens on it, else another one, which is kept from now on. */
  async free(name: string): Promise<number> {
    const known = this.known(name);
    if (known !== undefined && (await becomesFree(known))) return known;
    const port = await this.search(name);
    writeJson(this.file, { ...this.read(), [name]: port });
    return port;
  }

  private async search(name: string): Promise<number> {
    const taken = new Set(Object.values(this.read()));
    for (let step = 0; step < PORTS; step++) {
      const port = candidatePort(`${this.seed} ${name}`, step);
      if (!taken.has(port) && (await isFree(port))) return port;
    }
    throw new LauncherError(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free on 127.0.0.1`);
  }

  private read(): Record<string, number> {
    return readJson<Record<string, number>>(this.file) ?? {};
  }
}

/** Spread by name, so that two clones that start at the same moment try different ports. */
export function candidatePort(seed: string, step: number): number {
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0);
  return FIRST_PORT + ((start + step) % PORTS);
}

/** A server that was just killed may hold its port for a moment. */
async function becomesFree(port: number): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    if (await isFree(port)) return true;
    await sleep(100);
  }
  return false;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
