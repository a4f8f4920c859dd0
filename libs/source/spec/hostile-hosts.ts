import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitHost, type GitHttpServer, startGitHost, startGitHttpServer } from '@cooperage/testing';
import { createSource, type Source, type SourceLimits, type SourceOptions } from '../src/index.js';

type Intercept = NonNullable<Parameters<typeof startGitHttpServer>[0]['intercept']>;

/** An honest host, and hostile ones beside it; everything that was opened is closed with it. */
export class HostileHosts {
  readonly host: GitHost;
  readonly #open: (() => Promise<void>)[] = [];
  #counter = 0;

  private constructor(host: GitHost) {
    this.host = host;
  }

  static async start(): Promise<HostileHosts> {
    return new HostileHosts(await startGitHost());
  }

  get mirrorRoot(): string {
    return join(this.host.folder, 'mirrors');
  }

  /** A file that exists only if a stranger's command was run. */
  get canary(): string {
    return join(this.host.folder, 'canary');
  }

  async wasCanaryTouched(): Promise<boolean> {
    return access(this.canary).then(
      () => true,
      () => false,
    );
  }

  uniqueId(): string {
    return `p${++this.#counter}`;
  }

  source(ports: readonly number[], limits: Partial<SourceLimits> = {}, options: Partial<SourceOptions> = {}): Source {
    const allowPlainHttp = ports.map((port) => `127.0.0.1:${port}`);
    const source = createSource({ mirrorRoot: this.mirrorRoot, allowPlainHttp, retryDelaysMs: [], limits, ...options });
    this.#open.push(() => source.close());
    return source;
  }

  async server(intercept?: Intercept, oldProtocol = false): Promise<GitHttpServer> {
    const options = { root: this.host.served, oldProtocol, ...(intercept && { intercept }) };
    const server = await startGitHttpServer(options);
    this.#open.push(() => server.close());
    return server;
  }

  async close(): Promise<void> {
    for (const close of this.#open) await close();
    await this.host.close();
  }
}
