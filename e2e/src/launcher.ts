import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { until } from './until.js';

const checkout = path.resolve(import.meta.dirname, '../..');
const tracePlaces = ['/sys/class/net', '/run', '/sys/fs/cgroup'];
/** What would make the launcher use somebody's own parts. */
const foreignParts = [
  'DATABASE_URL',
  'REDIS_URL',
  'COOPERAGE_UNTRUSTED_REDIS_URL',
  'COOPERAGE_REGISTRY',
  'BUILDKIT_HOST',
];

export interface LauncherStatus {
  readonly running: boolean;
  readonly web: string;
  readonly api: string;
  readonly registry: string;
  readonly git: string;
  readonly image: string | null;
  readonly cosign: string;
  readonly verify: { readonly image: readonly string[]; readonly attestation: readonly string[] };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both of its outputs. */
  readonly said: string;
  readonly stdout: string;
}

/** A `./cooperage` that runs. */
export class LauncherRun {
  readonly ended: Promise<Ended>;
  private said = '';
  private stdout = '';

  constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (chunk) => {
      this.said += chunk;
    });
    child.stdout?.on('data', (chunk) => {
      this.said += chunk;
      this.stdout += chunk;
    });
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal, said: this.said, stdout: this.stdout })),
    );
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** @throws {Error} with all it said when it ends before it says so. */
  async says(text: string, timeoutMs: number): Promise<string> {
    const early = this.ended.then(({ said }) => {
      if (!said.includes(text)) throw new Error(`it ended without "${text}":\n${said}`);
    });
    await Promise.race([early, until(`"${text}"`, async () => this.said.includes(text), timeoutMs)]);
    return this.said;
  }
}

/** The real `./cooperage` of this checkout, on a state folder of its own. */
export class Launcher {
  readonly state: string;

  /** The state lies where `./cooperage test` looks for what tests left running. */
  constructor() {
    const services = process.env.COOPERAGE_TEST_SERVICES;
    if (!services) throw new Error('COOPERAGE_TEST_SERVICES is not set: run the tests with ./cooperage test');
    const folder = path.join(path.dirname(services), 'instances');
    mkdirSync(folder, { recursive: true });
    this.state = mkdtempSync(path.join(folder, 'up-'));
  }

  start(...args: readonly string[]): LauncherRun {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreignParts.includes(name)));
    const child = spawn(path.join(checkout, 'cooperage'), args, {
      env: { ...env, COOPERAGE_STATE: this.state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new LauncherRun(child);
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  async status(): Promise<LauncherStatus> {
    return JSON.parse((await this.run('status', '--json')).stdout);
  }

  /** What the whole machine sees of it: bridge, control group, folder of its sockets. */
  traces(): string[] {
    // The launcher names them by the first digits of the folder's hash.
    const id = createHash('sha256').update(this.state).digest('hex').slice(0, 6);
    const all = tracePlaces.flatMap((place) => readdirSync(place).map((name) => path.join(place, name)));
    return all.filter((file) => path.basename(file).startsWith('coop') && file.includes(id));
  }

  /** The application's database, as its administrator. */
  databaseUrl(): string {
    const { postgres: port } = this.read<{ postgres: number }>('ports.json');
    const { postgres: password } = this.read<{ postgres: string }>('secrets.json');
    return `postgresql://cooperage:${password}@127.0.0.1:${port}/cooperage`;
  }

  /** Pids of what its launcher noted: itself, and each process and service that it started. */
  noted(): { name: string; pid: number }[] {
    const folder = path.join(this.state, 'pids');
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    return files.map((file) => ({
      name: path.basename(file, '.json'),
      pid: this.read<{ pid: number }>('pids', file).pid,
    }));
  }

  /** Names of its ports on which somebody listens. */
  async openPorts(): Promise<string[]> {
    const ports = this.read<Record<string, number>>('ports.json');
    const answers = await Promise.all(
      Object.entries(ports).map(async ([name, port]) => ((await isOpen(port)) ? [name] : [])),
    );
    return answers.flat();
  }

  private read<T>(...file: readonly string[]): T {
    return JSON.parse(readFileSync(path.join(this.state, ...file), 'utf8')) as T;
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
