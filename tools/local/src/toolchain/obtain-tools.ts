import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from '../files/atomic-file.ts';
import { Lock } from '../files/lock.ts';
import { say, seconds } from '../output.ts';
import { type AptSource, aptSources, readSourceFiles } from './apt-sources.ts';
import { chooseLibraries, choosePackages, packageNames } from './choose-packages.ts';
import { DebStore } from './deb-store.ts';
import type { DebianHost } from './debian-host.ts';
import { introduce } from './host-tools.ts';
import { type PackageRecord, upstreamVersion } from './package-records.ts';
import { PrivateApt } from './private-apt.ts';
import { readLists, type UnreadSuites } from './read-lists.ts';
import { packagesOfLibrary } from './shared-libraries.ts';
import { NEWER_SUITE, ownSuites } from './suites.ts';
import { isAtLeast, parseVersion, type ToolSpec } from './tool-list.ts';
import { ToolTree } from './tool-tree.ts';

const APT_FOLDER = 'apt';
const MANIFEST = 'manifest.json';
/** Libraries ask for libraries: no set here is deeper. */
const LIBRARY_ROUNDS = 4;

/** What lies beside an unpacked tree: where each file came from, and the version of each program. */
interface Manifest {
  readonly packages: readonly PackageRecord[];
  readonly versions: Readonly<Record<string, string>>;
  /** Suites whose updates it therefore lacks. */
  readonly unread: readonly UnreadSuites[];
}

export interface ObtainedTools {
  readonly tree: ToolTree;
  readonly versions: Readonly<Record<string, string>>;
  /** Why they lack updates, and what to do; undefined where they have them. */
  readonly lack: string | undefined;
}

/**
 * The tools as Debian packages, unpacked into the cache and never installed. Once a set is there it stays as it is: the
 * newer suite moves, and a version is only taken after each of its programs has started.
 */
export async function obtainTools(
  specs: readonly ToolSpec[],
  host: DebianHost,
  cache: string,
  sources?: readonly AptSource[],
): Promise<ObtainedTools> {
  const folder = setFolder(specs, host, cache);
  const lock = await Lock.take(`${folder}.lock`, () =>
    say('· another launcher is obtaining the tools; waiting for it'),
  );
  try {
    if (!existsSync(path.join(folder, MANIFEST))) await makeTree(specs, host, { cache, folder, sources });
  } finally {
    lock.release();
  }
  const obtained = cachedTools(specs, host, cache);
  if (!obtained) throw new Error(`${folder} has no ${MANIFEST}`);
  if (obtained.lack) say(`! ${obtained.lack}`);
  return obtained;
}

/** @returns undefined where this set was not obtained yet. */
export function cachedTools(specs: readonly ToolSpec[], host: DebianHost, cache: string): ObtainedTools | undefined {
  const folder = setFolder(specs, host, cache);
  const manifest = readJson<Manifest>(path.join(folder, MANIFEST));
  if (!manifest) return undefined;
  const { versions, unread } = manifest;
  return { tree: new ToolTree(folder, host.architecture), versions, lack: lackOfUpdates(folder, unread) };
}

function lackOfUpdates(folder: string, unread: readonly UnreadSuites[]): string | undefined {
  if (unread.length === 0) return undefined;
  const suites = unread.flatMap((each) => each.suites).join(' and ');
  const why = unread.map(({ reason }) => reason).join('; ');
  return `tools lack the updates of ${suites} (${why}); remove ${folder} to obtain them again`;
}

function setFolder(specs: readonly ToolSpec[], host: DebianHost, cache: string): string {
  const list = specs.map((spec) => [spec.name, spec.package, spec.suite, spec.packageMinimum ?? []].flat().join(' '));
  // A set that was chosen from other suites is obtained again.
  const suites = [...ownSuites(host.codename), NEWER_SUITE];
  const key = createHash('sha256')
    .update([...list.sort(), ...suites].join('\n'))
    .digest('hex')
    .slice(0, 12);
  return path.join(cache, 'toolchain', `${host.codename}-${host.architecture}-${key}`);
}

interface Places {
  readonly cache: string;
  readonly folder: string;
  /** Undefined for those of this machine. */
  readonly sources: readonly AptSource[] | undefined;
}

async function makeTree(
  specs: readonly ToolSpec[],
  host: DebianHost,
  { cache, folder, sources = aptSources(readSourceFiles(), host.codename) }: Places,
): Promise<void> {
  const started = performance.now();
  mkdirSync(path.dirname(folder), { recursive: true });
  const part = mkdtempSync(`${folder}.part-`);
  try {
    const apt = new PrivateApt(path.join(part, APT_FOLDER));
    const unread = await readLists(apt, sources);
    const store = new DebStore(path.join(cache, 'debs'));
    const tree = new ToolTree(part, host.architecture);
    const packages = choosePackages(specs, await apt.records(packageNames(specs)), host);
    await unpackAll(packages, store, apt, tree);
    const libraries = await addLibraries(tree, store, apt, host);
    await tree.setLibraryPaths();
    tree.linkPrograms();
    await smokeTest(specs, tree);
    writeJson(path.join(part, MANIFEST), manifest(specs, packages, libraries, unread));
    // Package lists are large and old tomorrow.
    rmSync(path.join(part, APT_FOLDER), { recursive: true });
    renameSync(part, folder);
    say(`· tools ready in ${seconds(performance.now() - started)}`);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

async function unpackAll(
  packages: readonly PackageRecord[],
  store: DebStore,
  apt: PrivateApt,
  tree: ToolTree,
): Promise<void> {
  await store.obtain(packages, apt);
  for (const record of packages) await tree.unpack(store.file(record));
  tree.mergeLibraryFolders();
}

/** Adds the shared libraries that this machine lacks, from its own release. */
async function addLibraries(
  tree: ToolTree,
  store: DebStore,
  apt: PrivateApt,
  host: DebianHost,
): Promise<PackageRecord[]> {
  const added: PackageRecord[] = [];
  for (let round = 0; round < LIBRARY_ROUNDS; round++) {
    const missing = await tree.missingLibraries();
    if (missing.length === 0) return added;
    const packages = chooseLibraries(missing, await apt.records(missing.flatMap(packagesOfLibrary)), host);
    await unpackAll(packages, store, apt, tree);
    added.push(...packages);
  }
  throw new Error(`shared libraries are still missing: ${(await tree.missingLibraries()).join(', ')}`);
}

/** @throws {Error} when a program does not start, or is too old: such a set is not kept. */
async function smokeTest(specs: readonly ToolSpec[], tree: ToolTree): Promise<void> {
  for (const spec of specs) {
    const said = await introduce(path.join(tree.bin, spec.name), spec);
    if (said === undefined)
      throw new Error(`${spec.name} of the package ${spec.package} does not start on this machine`);
    const version = parseVersion(spec, said) ?? '0';
    if (spec.packageMinimum && !isAtLeast(version, spec.packageMinimum))
      throw new Error(`Debian's ${spec.package} is ${version}, and ${spec.packageMinimum} or later is needed`);
  }
}

function manifest(
  specs: readonly ToolSpec[],
  packages: readonly PackageRecord[],
  libraries: readonly PackageRecord[],
  unread: readonly UnreadSuites[],
): Manifest {
  const versionOf = (name: string) => packages.find((record) => record.name === name)?.version ?? '';
  const versions = specs.map((spec) => [spec.name, upstreamVersion(versionOf(spec.package))]);
  return { packages: [...packages, ...libraries], versions: Object.fromEntries(versions), unread };
}
