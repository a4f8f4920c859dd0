import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitHttpServer, type GitHttpServerOptions, startGitHttpServer } from './git-http-server.js';
import { TestGitRepository } from './git-repository.js';

/** A git host of its own for one test file: a folder, repositories in it, and a smart http server on loopback. */
export interface GitHost {
  /** A private folder; `served/` in it is what the server shows. */
  readonly folder: string;
  readonly served: string;
  readonly server: GitHttpServer;
  /** `127.0.0.1:PORT`, as an operator's allow list holds it. */
  readonly hostPort: string;
  repository(name: string): Promise<TestGitRepository>;
  url(name: string): string;
  close(): Promise<void>;
}

export async function startGitHost(options: Omit<GitHttpServerOptions, 'root'> = {}): Promise<GitHost> {
  const folder = await mkdtemp(join(tmpdir(), 'cooperage-git-host-'));
  const served = join(folder, 'served');
  const server = await startGitHttpServer({ ...options, root: served });
  return {
    folder,
    served,
    server,
    hostPort: `127.0.0.1:${server.port}`,
    repository: (name) => TestGitRepository.create(join(served, name)),
    url: (name) => `${server.origin}/${name}`,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
