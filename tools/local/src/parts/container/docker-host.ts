import { existsSync } from 'node:fs';
import { attempt } from '../../processes/command.ts';
import { findProgram } from '../../toolchain/find-program.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** A Docker engine that this machine has already, reached as its `docker` command does. */
export interface DockerHost {
  readonly docker: string;
  /** Address of its socket. */
  readonly url: string;
  readonly version: string;
}

export async function findDockerHost(): Promise<DockerHost | undefined> {
  const docker = findProgram('docker');
  const url = process.env.DOCKER_HOST ?? (existsSync(DEFAULT_SOCKET) ? `unix://${DEFAULT_SOCKET}` : undefined);
  if (!docker || !url) return undefined;
  const result = await attempt(docker, ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 });
  return result.code === 0 ? { docker, url, version: result.stdout.trim() } : undefined;
}
