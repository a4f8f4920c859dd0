import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CacheBackend } from '@cooperage/domain';
import { demand } from '../../measure/inexact.js';
import { oneStageTree } from '../../road/p1/source-tree.js';
import { wipeEngine } from '../../world/engine-wipe.js';
import { layersOf } from '../../world/image-layers.js';
import { loginTo } from '../../world/registry-login.js';
import { runProgram } from '../../world/run-program.js';
import type { World } from '../../world/world.js';
import type { BuildTimes, Round } from './round.js';

/** The three builds by the plain command, with the flags that its documentation gives for this backend. */
export class PlainRounds {
  constructor(
    private readonly world: World,
    private readonly backend: CacheBackend,
  ) {}

  async run(): Promise<Round> {
    const { services } = this.world;
    const repository = `script/${randomBytes(5).toString('hex')}`;
    const folder = await mkdtemp(path.join(this.world.folder, 'plain-'));
    const dockerConfig = await loginTo(services, repository, path.join(folder, 'docker'));
    const source = path.join(folder, 'source');
    await writeTree(source, oneStageTree());
    const build = () => this.build(folder, source, repository, dockerConfig);
    await wipeEngine(services.engine);
    const cold = await build();
    const warm = await build();
    await wipeEngine(services.engine);
    const restored = await build();
    const expected = await layersOf(services, repository, cold.digest);
    for (const { digest } of [warm, restored])
      demand(
        (await layersOf(services, repository, digest)) === expected,
        'a cached image of theirs holds something else',
      );
    await rm(folder, { recursive: true, force: true });
    return { cold: cold.times, warm: warm.times, restored: restored.times };
  }

  private async build(
    folder: string,
    source: string,
    repository: string,
    dockerConfig: string,
  ): Promise<{ digest: string; times: BuildTimes }> {
    const { tools, registry } = this.world.services;
    const image = `${registry.host}/${repository}`;
    const metadata = path.join(folder, 'metadata.json');
    const flags = cacheFlags(this.backend, image, path.join(folder, 'cache'));
    const args = ['build', '--push', '--provenance=false', `--tag=${image}:main`, `--metadata-file=${metadata}`];
    const env = {
      ...{ PATH: process.env.PATH ?? '', HOME: folder, ...this.world.buildx, DOCKER_CONFIG: dockerConfig },
      BUILDX_METADATA_PROVENANCE: 'disabled',
    };
    const started = performance.now();
    await runProgram({ file: tools['docker-buildx']!, args: [...args, ...flags, source], env });
    const ms = performance.now() - started;
    const { 'containerimage.digest': digest } = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, string>;
    demand(digest !== undefined, 'buildx told no digest');
    return { digest, times: { ms, withExportMs: ms, signedMs: ms } };
  }
}

/** https://docs.docker.com/build/cache/backends/: each with its own page. */
function cacheFlags(backend: CacheBackend, image: string, folder: string): string[] {
  const flags = {
    registry: [
      `--cache-to=type=registry,ref=${image}:cache,mode=max,image-manifest=true,oci-mediatypes=true`,
      `--cache-from=type=registry,ref=${image}:cache`,
    ],
    inline: ['--cache-to=type=inline', `--cache-from=type=registry,ref=${image}:main`],
    local: [`--cache-to=type=local,dest=${folder},mode=max`, `--cache-from=type=local,src=${folder}`],
  } as const;
  return [...flags[backend]];
}

async function writeTree(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}
