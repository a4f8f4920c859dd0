import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError, say } from '../../output.ts';
import { attempt, run } from '../../processes/command.ts';
import { describeHolder, isAnotherUsers, listenerAt } from '../../processes/listeners.ts';
import type { Instance } from '../instance.ts';
import type { DockerHost } from './docker-host.ts';

const ASK_EVERY_MS = 5_000;
const POLL_MS = 200;

export interface ContainerSpec {
  /** Names its port and, with the instance's id, its volume and itself. */
  readonly key: string;
  readonly image: string;
  /** The port inside of it. */
  readonly port: number;
  /** Where its data is, inside of it. */
  readonly dataFolder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that it only reads: path inside → path outside. */
  readonly files?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly isReady: (port: number) => Promise<boolean>;
  readonly readyWithinMs: number;
}

/** A service in a container of the machine's own Docker engine, on loopback, with its data in a volume. */
export class Container {
  private readonly instance: Instance;
  private readonly host: DockerHost;
  private readonly spec: ContainerSpec;
  private said = false;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(instance: Instance, host: DockerHost, spec: ContainerSpec) {
    this.instance = instance;
    this.host = host;
    this.spec = spec;
  }

  /** @returns the port on 127.0.0.1; a running container is adopted, a stopped one is made anew around its data. */
  async start(): Promise<number> {
    const known = this.instance.ports.known(this.spec.key);
    if (known !== undefined && (await this.isRunning()) && (await this.isReady(known))) return known;
    await this.stop();
    const port = await this.instance.ports.free(this.spec.key);
    say(`· starting ${this.spec.image} in a container`);
    await run(this.host.docker, ['run', '--detach', ...this.parameters(port)], { env: this.environment() });
    await this.waitUntilReady(port);
    return port;
  }

  /** What the engine said within the last seconds: it is asked by a program of its own each time. */
  async wasRunning(): Promise<boolean> {
    if (performance.now() - this.askedAt < ASK_EVERY_MS) return this.said;
    this.said = await this.isRunning();
    this.askedAt = performance.now();
    return this.said;
  }

  async stop(): Promise<void> {
    this.askedAt = Number.NEGATIVE_INFINITY;
    await attempt(this.host.docker, ['stop', '--time=15', this.name]);
    await attempt(this.host.docker, ['rm', '--force', this.name]);
  }

  private get name(): string {
    return `cooperage-${this.instance.id}-${this.spec.key}`;
  }

  private parameters(port: number): string[] {
    const { spec } = this;
    const files = Object.entries(spec.files ?? {}).map(([inside, outside]) => `--volume=${outside}:${inside}:ro`);
    // Names only: the values come from our environment and stand in no argument list.
    const variables = Object.keys(spec.environment ?? {}).map((name) => `--env=${name}`);
    const data = `--volume=cooperage-${this.instance.id}-${spec.key}:${spec.dataFolder}`;
    const published = `--publish=127.0.0.1:${port}:${spec.port}`;
    return [`--name=${this.name}`, published, data, ...files, ...variables, spec.image, ...(spec.command ?? [])];
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.spec.environment };
  }

  private async isRunning(): Promise<boolean> {
    const { stdout } = await attempt(this.host.docker, ['inspect', '--format', '{{.State.Running}}', this.name]);
    return stdout.trim() === 'true';
  }

  /** The engine holds the port, or a helper of it: a process of root, or of our own user where it runs without root. */
  private async isReady(port: number): Promise<boolean> {
    return !isAnotherUsers(listenerAt(port)) && (await this.spec.isReady(port));
  }

  private async waitUntilReady(port: number): Promise<void> {
    const deadline = Date.now() + this.spec.readyWithinMs;
    while (Date.now() < deadline && (await this.isRunning())) {
      if (await this.isReady(port)) return;
      await sleep(POLL_MS);
    }
    const listener = listenerAt(port);
    const taken = listener && isAnotherUsers(listener) ? `; port ${port} is taken by ${describeHolder(listener)}` : '';
    const { stdout, stderr } = await attempt(this.host.docker, ['logs', '--tail=10', this.name]);
    await this.stop();
    throw new LauncherError(`the container ${this.name} did not get ready${taken}:\n${stdout}${stderr}`);
  }
}
