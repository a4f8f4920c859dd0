import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Cosign } from '../../world/cosign.js';
import { loginTo } from '../../world/registry-login.js';
import { runProgram } from '../../world/run-program.js';
import type { World } from '../../world/world.js';

const script = path.resolve(import.meta.dirname, '../../../scripts/raw-road.sh');
export const scriptBranch = 'script';

/** The peer: `scripts/raw-road.sh` with a repository of its own in the registry that the product uses too. */
export class RawScript {
  private constructor(
    private readonly world: World,
    private readonly gitUrl: string,
    private readonly image: string,
    private readonly cosign: Cosign,
    private readonly dockerConfig: string,
  ) {}

  static async prepare(world: World, gitUrl: string): Promise<RawScript> {
    const repository = `script/${randomBytes(5).toString('hex')}`;
    const folder = path.join(world.folder, repository);
    const dockerConfig = await loginTo(world.services, repository, path.join(folder, 'docker'));
    const cosign = await Cosign.prepare(world.services.tools.cosign!, folder, dockerConfig);
    return new RawScript(world, gitUrl, `${world.services.registry.host}/${repository}`, cosign, dockerConfig);
  }

  /** One run, milliseconds from the start of the shell to its end; `verify` says whether it did its work. */
  async run(branch = scriptBranch): Promise<{ readonly ms: number; readonly digest: string }> {
    const work = await mkdtemp(path.join(this.world.folder, 'work-'));
    const program = { file: 'sh', args: [script], env: this.environment(work, branch), cwd: work };
    const started = performance.now();
    await runProgram(program);
    const ms = performance.now() - started;
    const digest = (await readFile(path.join(work, 'digest'), 'utf8')).trim();
    await rm(work, { recursive: true, force: true });
    return { ms, digest };
  }

  /** @throws {Error} in cosign's words */
  verify(digest: string): Promise<void> {
    return this.cosign.verify(`${this.image}@${digest}`);
  }

  private environment(work: string, branch: string): Record<string, string> {
    const { tools } = this.world.services;
    return {
      ...this.cosign.environment,
      ...this.world.buildx,
      DOCKER_CONFIG: this.dockerConfig,
      // Else buildx asks the engine for a provenance that the script has no use for.
      BUILDX_METADATA_PROVENANCE: 'disabled',
      BUILDX: tools['docker-buildx']!,
      COSIGN: tools.cosign!,
      COSIGN_KEY: this.cosign.keyFile,
      SIGNING_CONFIG: this.cosign.signingConfig,
      TRUSTED_ROOT: this.cosign.trustedRoot,
      GIT_URL: this.gitUrl,
      BRANCH: branch,
      IMAGE: this.image,
      WORK: work,
    };
  }
}
