import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { readInfo } from '@cooperage/buildkit';
import type { TestServices } from '@cooperage/testing';
import { askEngine } from '../world/ask-engine.js';
import { runProgram } from '../world/run-program.js';

/** Where and with what was measured. Numbers of two machines are never compared. */
export interface Machine {
  readonly commit: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly versions: Readonly<Record<string, string>>;
}

export async function describeMachine(services: TestServices, checkout: string): Promise<Machine> {
  const { tools, engine } = services;
  const [commit, git, cosign, buildx, engineVersion] = await Promise.all([
    commitOf(checkout),
    say('git', ['--version']),
    say(tools.cosign!, ['version']),
    say(tools['docker-buildx']!, ['version']),
    versionOfEngine(engine),
  ]);
  return {
    commit,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    versions: {
      node: process.versions.node,
      git: firstVersion(git),
      cosign: /GitVersion:\s*(\S+)/.exec(cosign)?.[1] ?? 'unknown',
      buildx: firstVersion(buildx),
      engine: engineVersion,
    },
  };
}

/** Short, with a mark when the work tree differs from it. */
async function commitOf(checkout: string): Promise<string> {
  const id = (await say('git', ['-C', checkout, 'rev-parse', '--short=12', 'HEAD'])).trim();
  const changes = await say('git', ['-C', checkout, 'status', '--porcelain', '--untracked-files=no']);
  return changes.trim() === '' ? id : `${id}-dirty`;
}

async function versionOfEngine(address: string): Promise<string> {
  const { version, dockerVersion } = await askEngine(address, readInfo);
  return dockerVersion === null ? `buildkit ${version ?? 'unknown'}` : `docker ${dockerVersion}`;
}

function say(file: string, args: readonly string[]): Promise<string> {
  return runProgram({ file, args, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' } });
}

function firstVersion(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text.trim();
}
