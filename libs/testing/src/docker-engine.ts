import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unmountBelow } from './own-engine.js';
import { services } from './services.js';

/** A Docker engine of a test: somebody may give the service theirs. Its steps have no network. */
export interface DockerEngine {
  /** For example `unix:///…/s.sock` */
  readonly address: string;
  stop(): Promise<void>;
}

export async function startDockerEngine(): Promise<DockerEngine> {
  const { tools, openRegistry } = services();
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-docker-'));
  const address = `unix://${folder}/s.sock`;
  const config = {
    features: { 'containerd-snapshotter': true },
    'registry-mirrors': [`http://${openRegistry}`],
  };
  writeFileSync(join(folder, 'daemon.json'), JSON.stringify(config));
  const paths = { 'config-file': 'daemon.json', 'data-root': 'data', 'exec-root': 'exec', pidfile: 'pid' };
  const args = [
    ...Object.entries(paths).map(([name, file]) => `--${name}=${join(folder, file)}`),
    `--host=${address}`,
    ...['--containerd-namespace=trial', '--containerd-plugins-namespace=trial-plugins'],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--group=root'],
  ];
  const PATH = [...new Set(Object.values(tools).map(dirname)), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
  const engine = spawn(tools.dockerd!, args, { env: { PATH }, stdio: 'ignore' });
  const stop = async () => {
    engine.kill('SIGTERM');
    if (engine.exitCode === null && engine.signalCode === null) await new Promise((done) => engine.once('exit', done));
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries++) {
    if (await answers(`${folder}/s.sock`)) return { address, stop };
    await delay(100);
  }
  await stop();
  throw new Error('the Docker engine did not start');
}

/** The question of Docker's Engine API whether it is there. */
function answers(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const question = get({ socketPath, path: '/_ping' }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200);
  });
  question.on('error', () => resolve(false));
  return promise;
}
