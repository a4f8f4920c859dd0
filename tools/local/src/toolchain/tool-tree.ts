import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { run } from '../processes/command.ts';
import { isExecutable } from './find-program.ts';
import { missingLibraries, setLibraryPath } from './shared-libraries.ts';
import { GO_SERIES } from './tool-list.ts';

/** The package of a series of Go has no program in the usual folders: Debian's `golang-go` would link it there. */
const GO_FOLDER = `usr/lib/go-${GO_SERIES}/bin`;
const PROGRAM_FOLDERS = ['usr/bin', 'usr/sbin', 'bin', 'sbin', 'usr/libexec/docker/cli-plugins', GO_FOLDER];
const TRIPLETS: Readonly<Record<string, string>> = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
/** Names that Debian's alternatives system would make at installation. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  iptables: 'xtables-nft-multi',
  ip6tables: 'xtables-nft-multi',
};

/** A folder of unpacked packages: `root/` as Debian lays it, `bin/` with a link for each program. */
export class ToolTree {
  readonly root: string;
  readonly bin: string;
  readonly libraries: string;

  constructor(folder: string, architecture: string) {
    this.root = path.join(folder, 'root');
    this.bin = path.join(folder, 'bin');
    this.libraries = path.join(this.root, 'usr/lib', TRIPLETS[architecture] ?? architecture);
  }

  async unpack(packageFile: string): Promise<void> {
    mkdirSync(this.root, { recursive: true });
    await run('dpkg-deb', ['-x', packageFile, this.root]);
  }

  /** Debian 12 still ships some libraries outside /usr; links of an unpacked tree do not lead there. */
  mergeLibraryFolders(): void {
    const outside = path.join(this.root, 'lib');
    if (!existsSync(outside) || lstatSync(outside).isSymbolicLink()) return;
    cpSync(outside, path.join(this.root, 'usr/lib'), { recursive: true, verbatimSymlinks: true, force: true });
  }

  programs(): string[] {
    const folders = PROGRAM_FOLDERS.map((folder) => path.join(this.root, folder)).filter(existsSync);
    const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
    return files.filter((file) => !lstatSync(file).isSymbolicLink() && isExecutable(file));
  }

  /** What programs and unpacked libraries ask for that neither this machine nor the tree has. */
  async missingLibraries(): Promise<string[]> {
    const inTree = existsSync(this.libraries) ? readdirSync(this.libraries) : [];
    const libraries = inTree.filter((name) => name.includes('.so')).map((name) => path.join(this.libraries, name));
    const asked = await Promise.all(
      [...this.programs(), ...libraries].map((file) => missingLibraries(file, this.libraries)),
    );
    return [...new Set(asked.flat())].filter((name) => !inTree.includes(name));
  }

  async setLibraryPaths(): Promise<void> {
    const patchelf = path.join(this.root, 'usr/bin/patchelf');
    for (const program of this.programs())
      if ((await missingLibraries(program)).length > 0) await setLibraryPath(patchelf, program, this.libraries);
  }

  linkPrograms(): void {
    mkdirSync(this.bin, { recursive: true });
    for (const program of this.programs()) this.link(path.basename(program), program);
    for (const [name, target] of Object.entries(ALTERNATIVES)) {
      const program = path.join(this.root, 'usr/sbin', target);
      if (existsSync(program)) this.link(name, program);
    }
    const redis = path.join(this.root, 'usr/bin/redis-check-rdb');
    if (existsSync(redis)) this.link('redis-server', realpathSync(redis));
  }

  private link(name: string, target: string): void {
    const link = path.join(this.bin, name);
    if (!existsSync(link)) symlinkSync(path.relative(this.bin, target), link);
  }
}
