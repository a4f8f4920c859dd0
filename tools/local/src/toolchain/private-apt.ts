import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../files/atomic-file.ts';
import { attempt, run } from '../processes/command.ts';
import type { AptSource } from './apt-sources.ts';
import { KEYRING } from './debian-host.ts';
import { type PackageRecord, parseMadison, parseRecords } from './package-records.ts';

/** Folder of the sources that were read. */
const SOURCES = 'sources';

/**
 * apt with a state of its own: it reads the machine's proxy and transport settings, and touches neither the machine's
 * package lists nor its packages. Signatures are apt's own work: InRelease by the archive keyring, files by checksum.
 */
export class PrivateApt {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Reads the package lists of a source, beside those that were read before. @throws {CommandFailed} when it has to do without. */
  async update({ mirror, suites }: AptSource): Promise<void> {
    for (const part of ['lists/partial', 'cache/archives/partial', 'none', SOURCES])
      mkdirSync(path.join(this.folder, part), { recursive: true });
    // apt passes over a file with other characters in its name (sources.list(5)).
    const name = `${suites.join('_')}.sources`;
    const fields = ['Types: deb', `URIs: ${mirror}`, `Suites: ${suites.join(' ')}`, 'Components: main'];
    writeAtomic(this.file(name), `${[...fields, `Signed-By: ${KEYRING}`].join('\n')}\n`);
    const alone = { 'Dir::Etc::sourcelist': this.file(name), 'Dir::Etc::sourceparts': this.file('none') };
    await run('apt-get', [...this.options({ ...alone, 'APT::Get::List-Cleanup': 'false' }), 'update']);
    renameSync(this.file(name), path.join(this.file(SOURCES), name));
  }

  /** Every version of the named packages; names that no suite has are left out. */
  async records(names: readonly string[]): Promise<PackageRecord[]> {
    const [madison, show] = await Promise.all([
      attempt('apt-cache', [...this.options(), 'madison', ...names]),
      attempt('apt-cache', [...this.options(), 'show', ...names]),
    ]);
    return parseRecords(show.stdout, parseMadison(madison.stdout));
  }

  async download(packages: readonly PackageRecord[], into: string): Promise<void> {
    const wanted = packages.map(({ name, version }) => `${name}=${version}`);
    await run('apt-get', [...this.options(), 'download', ...wanted], { cwd: into });
  }

  private options(others: Readonly<Record<string, string>> = {}): string[] {
    const settings = {
      'Dir::State': this.folder,
      'Dir::State::lists': this.file('lists'),
      'Dir::State::status': '/dev/null',
      'Dir::Cache': this.file('cache'),
      // Container images empty these two, and then each call parses the whole index again.
      'Dir::Cache::pkgcache': this.file('pkgcache.bin'),
      'Dir::Cache::srcpkgcache': this.file('srcpkgcache.bin'),
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': this.file(SOURCES),
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': this.file('none'),
      'Acquire::Languages': 'none',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
      // What could not be fetched is no reason to take what is there for all that there is.
      'APT::Update::Error-Mode': 'any',
      'Acquire::Retries': '3',
      // The unprivileged download user of root's apt cannot write into a private folder.
      'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
      ...others,
    };
    return ['-qq', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }
}
