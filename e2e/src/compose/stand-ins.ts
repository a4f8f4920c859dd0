import { execFile } from 'node:child_process';
import { copyFile, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { services } from '@cooperage/testing';
import type { PrivateDocker } from './private-docker.js';

const run = promisify(execFile);
const recipes = path.resolve(import.meta.dirname, '../../compose');
const targets = ['node', 'go', 'buildx', 'postgres', 'redis', 'registry', 'buildkit'] as const;
/** An image that is set as `BUILDKIT_IMAGE` would be taken as it is, without our edits. */
const settingOf = (name: string) => `${name === 'buildkit' ? 'BUILDKIT_BASE' : name.toUpperCase()}_IMAGE`;

/** Settings of docker-compose.yml that put images made on the spot in the place of those that cannot be pulled. */
export const standIns: Readonly<Record<string, string>> = Object.fromEntries(
  targets.map((name) => [settingOf(name), `stand-in/${name}`]),
);

export async function makeStandIns(docker: PrivateDocker): Promise<void> {
  await loadDebian(docker);
  const contexts = await contextsIn(docker);
  // The others start from what the first one has made.
  for (const name of targets)
    await docker.build(recipes, path.join(recipes, 'stand-ins.Dockerfile'), name, `stand-in/${name}`, contexts);
}

async function loadDebian(docker: PrivateDocker): Promise<void> {
  const reference = `${services().openRegistry}/library/debian:bookworm`;
  const tar = path.join(docker.folder, 'debian.tar');
  await run(services().tools.crane!, ['pull', '--insecure', reference, tar]);
  await docker.docker('load', '--input', tar);
  await docker.docker('tag', reference, 'debian:bookworm');
}

/** The programs of this machine's tool chain, each in a folder that a build may read. */
async function contextsIn({ folder, started }: PrivateDocker): Promise<Record<string, string>> {
  const tools = path.join(folder, 'programs');
  await mkdir(tools, { recursive: true });
  // The tool chain has links into its tree.
  for (const name of ['docker-registry', 'docker-buildx'])
    await copyFile(await realpath(services().tools[name]!), path.join(tools, name));
  // Go of Debian's packages has links into its tree, too.
  const goRoot = path.join(folder, 'go');
  await run('cp', ['--recursive', '--dereference', started.goRoot, goRoot]);
  return {
    tools,
    trust: '/etc/ssl/certs',
    'node-program': path.resolve(path.dirname(process.execPath), '..'),
    'go-root': goRoot,
    'go-tools': started.goTools,
  };
}
