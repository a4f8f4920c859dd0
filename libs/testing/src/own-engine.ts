import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { services } from './services.js';

/** An engine that a test may kill, freeze and prune. Its steps have no network. */
export interface OwnEngine {
  readonly address: string;
  /** Where it keeps everything. */
  readonly dataFolder: string;
  /** Sends a signal to the engine alone; its steps and its containerd live on. */
  signal(name: NodeJS.Signals): void;
  /** Starts it again in the same folder, after it was killed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param openFiles as many as it may have open; what this process may, where it is left out */
export async function startOwnEngine({ openFiles }: { readonly openFiles?: number } = {}): Promise<OwnEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-engine-'));
  const address = `unix://${folder}/s.sock`;
  let engine = await launch(folder, address, openFiles);
  return {
    address,
    dataFolder: join(folder, 'data'),
    signal: (name) => void engine.kill(name),
    restart: async () => {
      clearAfterKill(folder);
      engine = await launch(folder, address, openFiles);
    },
    stop: async () => {
      engine.kill('SIGCONT');
      engine.kill('SIGTERM');
      if (engine.exitCode === null && engine.signalCode === null)
        await new Promise((done) => engine.once('exit', done));
      clearAfterKill(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(folder: string, address: string, openFiles?: number): Promise<ChildProcess> {
  const { tools, openRegistry } = services();
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
  const env = {
    PATH: [...new Set(Object.values(tools).map(dirname)), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    BUILDKIT_STEP_LOG_MAX_SIZE: '-1',
    BUILDKIT_STEP_LOG_MAX_SPEED: '-1',
  };
  const limited = openFiles === undefined ? [] : ['prlimit', `--nofile=${openFiles}:${openFiles}`];
  const [program, ...rest] = [...limited, tools.dockerd!, ...args];
  const engine = spawn(program!, rest, { env, stdio: 'ignore' });
  await ready(address);
  return engine;
}

async function ready(address: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await answers(address)) return;
    await delay(100);
  }
  throw new Error('the engine did not start');
}

/** The question of Docker's Engine API whether it is there. */
function answers(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const question = get({ socketPath: address.slice('unix://'.length), path: '/_ping' }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200);
  });
  question.on('error', () => resolve(false));
  return promise;
}

/** A killed engine leaves its containerd, its pidfile and its mounts. */
function clearAfterKill(folder: string): void {
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
  // A pid that stands in a file is waited for, although it is dead.
  for (const file of ['pid', 'exec/containerd/containerd.pid']) rmSync(join(folder, file), { force: true });
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? []);
  for (const mount of mounts
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse())
    execFileSync('umount', ['-l', mount]);
}

/** Processes that were started with a path of this folder: the engine's own containerd. */
function processesOf(folder: string): number[] {
  const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  const found = list.split('\n').filter((line) => line.includes(`${folder}/`) && /containerd|dockerd/.test(line));
  return found.map((line) => Number.parseInt(line, 10));
}
