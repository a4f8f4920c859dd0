import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

interface Started {
  readonly url: string;
  /** At which this machine reaches published ports. */
  readonly address: string;
  /** A name for Compose's project that nobody else on this machine has. */
  readonly project: string;
  readonly programs: { readonly docker: string; readonly compose: string; readonly buildx: string };
  /** Folder with the plugins of the network of BuildKit's steps. */
  readonly goTools: string;
  /** Folder of Go itself. */
  readonly goRoot: string;
  readonly client: Readonly<Record<string, string>>;
  /** Folder of a small file system, for what may be filled; null where this machine cannot make one. */
  readonly smallDisk: string | null;
}

/** A Docker engine of the test's own (`tools/local/src/docker`), and the programs that speak to it. */
export class PrivateDocker {
  private constructor(
    private readonly process: ChildProcess | null,
    readonly folder: string,
    readonly started: Started,
  ) {}

  /**
   * Its folder lies where `./cooperage test` looks for what tests left running. Whoever works on these tests may keep one engine:
   * `node tools/local/src/docker/main.ts /FOLDER >/FOLDER.json` until it is interrupted, `COOPERAGE_TEST_DOCKER=/FOLDER` for the tests.
   */
  static async start(): Promise<PrivateDocker> {
    const kept = process.env.COOPERAGE_TEST_DOCKER;
    if (kept) return new PrivateDocker(null, kept, JSON.parse(await readFile(`${kept}.json`, 'utf8')) as Started);
    const services = process.env.COOPERAGE_TEST_SERVICES;
    if (!services) throw new Error('COOPERAGE_TEST_SERVICES is not set: run the tests with ./cooperage test');
    const instances = path.join(path.dirname(services), 'instances');
    await mkdir(instances, { recursive: true });
    const folder = await mkdtemp(path.join(instances, 'docker-'));
    const script = path.join(root, 'tools/local/src/docker/main.ts');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
        if (text.includes('\n')) resolve(text);
      });
      child.once('exit', () => reject(new Error(`the Docker engine did not start:\n${said}`)));
    });
    return new PrivateDocker(child, folder, JSON.parse(line) as Started);
  }

  get isKept(): boolean {
    return this.process === null;
  }

  /** Takes everything away: containers, images, volumes, networks. */
  async stop(): Promise<void> {
    const child = this.process;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  docker(...args: readonly string[]): Promise<string> {
    return this.run(this.started.programs.docker, args);
  }

  /** A build of one target, with local folders as contexts by name. */
  build(folder: string, file: string, target: string, tag: string, contexts: Readonly<Record<string, string>>) {
    const named = Object.entries(contexts).flatMap(([name, place]) => ['--build-context', `${name}=${place}`]);
    const args = ['build', '--builder=default', '--quiet', '--file', file, '--target', target, '--tag', tag, ...named];
    return this.run(this.started.programs.buildx, [...args, folder]);
  }

  compose(folder: string, ...args: readonly string[]): Promise<string> {
    return this.run(this.started.programs.compose, ['--project-directory', folder, ...args], folder);
  }

  /** A script of `deploy/`, which says `docker` as a person does. */
  script(folder: string, name: string, ...args: readonly string[]): Promise<string> {
    return this.run('sh', [path.join(folder, 'deploy', name), ...args], folder);
  }

  /** @throws {Error} with what the program said. */
  private async run(program: string, args: readonly string[], cwd?: string): Promise<string> {
    const searchPath = `${process.env.PATH}:${path.dirname(this.started.programs.docker)}`;
    const env = { PATH: searchPath, HOME: this.folder, NO_COLOR: '1', ...this.started.client };
    try {
      return (await run(program, args, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(' ')}\n${stdout.slice(-4000)}\n${stderr.slice(-6000)}`, { cause: error });
    }
  }
}
