import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { services } from './services.js';

/** An engine that a test may kill, freeze and prune. */
export interface OwnEngine {
  readonly address: string;
  /** Where it keeps everything. */
  readonly dataFolder: string;
  /** Sends a signal to the engine alone. */
  signal(name: NodeJS.Signals): void;
  /** Starts it again in the same folder, after it was killed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface OwnEngineOptions {
  /** As many as it may have open; what this process may, where it is left out. */
  readonly openFiles?: number;
  /** It has a disk of this size for itself, in memory, and collects no garbage. Else it is on the disk of this machine. */
  readonly diskBytes?: number;
}

export async function startOwnEngine(options: OwnEngineOptions = {}): Promise<OwnEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-engine-'));
  const address = `unix://${folder}/s.sock`;
  const dataFolder = join(folder, 'data');
  if (options.diskBytes !== undefined) {
    mkdirSync(dataFolder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${options.diskBytes}`, 'cooperage-engine', dataFolder]);
  }
  let engine = await launch(folder, address, options);
  return {
    address,
    dataFolder,
    signal: (name) => void engine.kill(name),
    restart: async () => {
      unmountBelow(dataFolder);
      engine = await launch(folder, address, options);
    },
    stop: async () => {
      // One that still works for a build would wait for its end.
      engine.kill('SIGKILL');
      if (engine.exitCode === null && engine.signalCode === null)
        await new Promise((done) => engine.once('exit', done));
      unmountBelow(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  folder: string,
  address: string,
  { openFiles, diskBytes }: OwnEngineOptions,
): Promise<ChildProcess> {
  const { tools } = services();
  const settings = join(folder, 'buildkitd.toml');
  // By itself it keeps a fifth of the disk free, in whole gigabytes: of a small one that is all.
  writeFileSync(settings, settingsOf(folder, address, diskBytes === undefined));
  const env = {
    PATH: ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    BUILDKIT_STEP_LOG_MAX_SIZE: '-1',
    BUILDKIT_STEP_LOG_MAX_SPEED: '-1',
    // What it mounts for a moment is unmounted with the rest when it was killed.
    TMPDIR: folder,
  };
  const limited = openFiles === undefined ? [] : ['prlimit', `--nofile=${openFiles}:${openFiles}`];
  const [program, ...rest] = [...limited, tools.buildkitd!, `--config=${settings}`];
  const engine = spawn(program!, rest, { env, stdio: 'ignore' });
  await ready(address);
  return engine;
}

/** buildkitd.toml(5). Nothing of it needs a network, so none is made for its steps. */
function settingsOf(folder: string, address: string, collectsGarbage: boolean): string {
  const { tools, openRegistry, registry } = services();
  const quoted = (text: string) => JSON.stringify(text);
  const insecure = [openRegistry, registry.host].map((host) => `[registry.${quoted(host)}]\nhttp = true\n`);
  return `root = ${quoted(join(folder, 'data'))}
[grpc]
address = [${quoted(address)}]
[otel]
socketPath = ${quoted(join(folder, 'otel.sock'))}
[worker.containerd]
enabled = false
[worker.oci]
enabled = true
binary = ${quoted(tools.runc!)}
networkMode = "host"
gc = ${collectsGarbage}
[registry."docker.io"]
mirrors = [${quoted(openRegistry)}]
${insecure.join('')}`;
}

async function ready(address: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await answers(address)) return;
    await delay(100);
  }
  throw new Error('the engine did not start');
}

/** Whether something accepts at its socket and speaks HTTP/2, as gRPC does. */
function answers(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const session = http2.connect('http://localhost', {
    createConnection: () => connect(address.slice('unix://'.length)),
  });
  session.once('remoteSettings', () => resolve(true));
  session.once('error', () => resolve(false));
  return promise.finally(() => session.destroy());
}

/** A killed engine leaves mounts. */
export function unmountBelow(folder: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? []);
  for (const mount of mounts
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse())
    execFileSync('umount', ['-l', mount]);
}
