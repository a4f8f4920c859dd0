import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@cooperage/testing';
import { BuildahEngine, type BuildahEngineOptions } from '../buildah/engine.js';
import { detectHierarchy } from '../cgroup/detect.js';
import { trialCgroupParent } from './trial-engine.js';

/** The real tool with a state folder of its own. */
export class TrialBuildah {
  readonly stateFolder = mkdtempSync(join(tmpdir(), 'cooperage-buildah-'));
  readonly cgroupParent = trialCgroupParent();
  private readonly engines: BuildahEngine[] = [];

  engine(options: Partial<BuildahEngineOptions> = {}): BuildahEngine {
    const { tools, openRegistry } = services();
    const engine = new BuildahEngine({
      programs: { buildah: tools.buildah!, runc: tools.runc! },
      stateFolder: this.stateFolder,
      cgroupParent: this.cgroupParent,
      insecureRegistry: true,
      mirror: openRegistry,
      ...options,
    });
    this.engines.push(engine);
    return engine;
  }

  /** Folders of runs that are under way, or were left. */
  runs(): string[] {
    return readdirSync(join(this.stateFolder, 'runs'));
  }

  /** Forgets all layers, as a new machine would. */
  wipe(): void {
    this.unmount();
    rmSync(join(this.stateFolder, 'stores'), { recursive: true, force: true });
  }

  /** Working containers of all stores. */
  containers(): unknown[] {
    return this.list('containers');
  }

  /** Ids of the images of all stores. */
  images(): string[] {
    return this.list('images', '--no-trunc').map((image) => (image as { readonly id: string }).id);
  }

  private list(what: string, ...flags: readonly string[]): unknown[] {
    const stores = join(this.stateFolder, 'stores');
    return readdirSync(stores).flatMap((name) => {
      const root = ['--root', join(stores, name, 'root'), '--runroot', join(stores, name, 'run')];
      const list = execFileSync(services().tools.buildah!, [...root, what, '--json', ...flags], { encoding: 'utf8' });
      return (JSON.parse(list) as unknown[] | null) ?? [];
    });
  }

  mounts(): string[] {
    const all = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    return all.flatMap((line) => line.split(' ')[1] ?? []).filter((path) => path.startsWith(`${this.stateFolder}/`));
  }

  async end(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.close()));
    this.wipe();
    rmSync(this.stateFolder, { recursive: true, force: true });
    detectHierarchy('/sys/fs/cgroup')?.remove(this.cgroupParent, true);
  }

  private unmount(): void {
    for (const mount of this.mounts().sort().reverse()) execFileSync('umount', ['-l', mount]);
  }
}
