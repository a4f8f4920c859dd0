import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import type { PushCredentials } from '../git-host/credentials.ts';
import { ensureRepository, readWebhook, writeWebhook } from '../git-host/repository.ts';
import type { Instance } from '../parts/instance.ts';
import { attempt, run } from '../processes/command.ts';
import { requireOwnListener } from '../processes/listeners.ts';
import { GIT_HOST } from '../system/process-keys.ts';

export const SAMPLE = 'hello';
const BRANCH = 'refs/heads/main';
const EXAMPLE = path.join(CHECKOUT, 'examples', SAMPLE);

export interface Pushed {
  readonly commit: string;
  /** What the host said to the pusher. */
  readonly said: readonly string[];
}

/** The sample's bare repository in the git host, and the work tree from which it is pushed first. */
export class SampleRepository {
  readonly workTree: string;
  /** What a person clones. */
  readonly address: string;
  private readonly root: string;
  private readonly credentials: PushCredentials;
  private readonly hostPidFile: string;

  constructor(instance: Instance, gitAddress: string, credentials: PushCredentials) {
    this.root = instance.file('git');
    this.workTree = instance.file('work', SAMPLE);
    this.address = `${gitAddress}/${SAMPLE}.git`;
    this.credentials = credentials;
    this.hostPidFile = instance.pidFile(GIT_HOST);
  }

  /** Makes the repository, or brings its hook up to date. */
  async prepare(): Promise<void> {
    await ensureRepository(this.root, SAMPLE);
  }

  /** Where the host sends its webhooks; the secret of an earlier start is kept. @returns false where there is none yet. */
  directWebhook(url: string, secret = readWebhook(this.folder)?.secret): boolean {
    if (secret === undefined) return false;
    writeWebhook(this.folder, { url, secret });
    return true;
  }

  /** The commit of the main branch, undefined before the first push. */
  async head(): Promise<string | undefined> {
    const { code, stdout } = await attempt('git', ['-C', this.folder, 'rev-parse', '--verify', BRANCH], this.options());
    return code === 0 ? stdout.trim() : undefined;
  }

  /**
   * Commits a copy of the example and pushes it, as a person would.
   * @throws {LauncherError} where another process than our git host listens at the address: it would be sent the password
   */
  async push(): Promise<Pushed> {
    if (!existsSync(path.join(this.workTree, '.git/HEAD'))) await this.makeWorkTree();
    await this.git('remote', 'set-url', 'origin', this.address);
    requireOwnListener('the git host', this.hostPidFile, this.address);
    const { stderr } = await run('git', ['-C', this.workTree, 'push', 'origin', BRANCH], this.options());
    const { stdout } = await this.git('rev-parse', BRANCH);
    const said = stderr.split('\n').filter((line) => line.startsWith('remote: '));
    return { commit: stdout.trim(), said: said.map((line) => line.slice('remote: '.length).trim()) };
  }

  private async makeWorkTree(): Promise<void> {
    const part = `${this.workTree}.part`;
    for (const folder of [this.workTree, part]) rmSync(folder, { recursive: true, force: true });
    cpSync(EXAMPLE, part, { recursive: true });
    await run('git', ['init', '--quiet', '--initial-branch=main', part], this.options());
    const git = (...parameters: string[]) => run('git', ['-C', part, ...parameters], this.options());
    await git('config', 'user.name', 'Cooperage');
    await git('config', 'user.email', 'sample@cooperage.localhost');
    await git('remote', 'add', 'origin', this.address);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Say hello');
    renameSync(part, this.workTree);
  }

  private git(...parameters: string[]) {
    return run('git', ['-C', this.workTree, ...parameters], this.options());
  }

  private get folder(): string {
    return path.join(this.root, `${SAMPLE}.git`);
  }

  /**
   * Nothing of a person's own git settings (signing, hooks, helpers) plays a part. The password goes by the environment,
   * for machines on which the host cannot tell its own user.
   */
  private options(): { env: NodeJS.ProcessEnv } {
    const { user, password } = this.credentials;
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    return {
      env: {
        PATH: process.env.PATH,
        HOME: this.root,
        LC_ALL: 'C',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `http.${this.address}.extraHeader`,
        GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
      },
    };
  }
}
