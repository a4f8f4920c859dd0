import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Target } from './signed-pushes.js';

export interface BareServer {
  readonly port: number;
  close(): void;
}

/** Starts the peer as a process of its own. */
export async function startBareServer(targets: readonly Target[]): Promise<BareServer> {
  const child = fork(new URL('./bare-server.process.js', import.meta.url));
  child.send(targets.map(({ projectId, secret }) => [projectId, secret]));
  const [port] = (await once(child, 'message')) as [number];
  return { port, close: () => child.disconnect() };
}
