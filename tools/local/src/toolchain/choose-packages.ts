import type { DebianHost } from './debian-host.ts';
import { compareVersions } from './debian-version.ts';
import { glibcSuffices, type PackageRecord } from './package-records.ts';
import { packagesOfLibrary } from './shared-libraries.ts';
import { NEWER_SUITE, ownSuites } from './suites.ts';
import { GO_SERIES, type Suite, type ToolSpec } from './tool-list.ts';

interface Companion {
  readonly package: string;
  readonly suite: Suite;
}

/** What programs expect beside them: configuration of images, and the standard library of Go. */
const COMPANIONS: Readonly<Record<string, Companion>> = {
  buildah: { package: 'golang-github-containers-common', suite: 'own' },
  [`golang-${GO_SERIES}-go`]: { package: `golang-${GO_SERIES}-src`, suite: 'newer' },
};
/** Repairs the search path of libraries. */
const HELPERS = ['patchelf'];

/** The packages that hold the tools. @throws {Error} naming what no suite has. */
export function choosePackages(
  specs: readonly ToolSpec[],
  records: readonly PackageRecord[],
  host: DebianHost,
): PackageRecord[] {
  const wanted = new Map<string, Suite>(specs.map((spec) => [spec.package, spec.suite]));
  for (const { package: name, suite } of companions(specs)) wanted.set(name, suite);
  for (const helper of HELPERS) wanted.set(helper, 'own');
  return [...wanted].map(([name, suite]) => choosePackage(name, suite, records, host));
}

export function packageNames(specs: readonly ToolSpec[]): string[] {
  const own = specs.map((spec) => spec.package);
  return [...new Set([...own, ...companions(specs).map((companion) => companion.package), ...HELPERS])];
}

function companions(specs: readonly ToolSpec[]): Companion[] {
  return specs.flatMap((spec) => COMPANIONS[spec.package] ?? []);
}

function choosePackage(name: string, suite: Suite, records: readonly PackageRecord[], host: DebianHost): PackageRecord {
  const newer = suite === 'own' ? undefined : newest(name, records, [NEWER_SUITE]);
  const suffices = newer && glibcSuffices(host.glibc, newer.glibc);
  const chosen = suffices ? newer : newest(name, records, ownSuites(host.codename));
  if (!chosen) throw new Error(`Debian has no package ${name} for ${host.codename} ${host.architecture}`);
  return chosen;
}

/** The packages of shared libraries, from the machine's own release. @throws {Error} naming what it does not have. */
export function chooseLibraries(
  libraries: readonly string[],
  records: readonly PackageRecord[],
  host: DebianHost,
): PackageRecord[] {
  const chosen = libraries.map((library) => {
    const found = packagesOfLibrary(library).flatMap((name) => newest(name, records, ownSuites(host.codename)) ?? []);
    if (!found[0]) throw new Error(`${host.codename} has no package for the shared library ${library}`);
    return found[0];
  });
  return [...new Map(chosen.map((record) => [record.sha256, record])).values()];
}

/** A suite for updates has what was changed alone, and the release itself may be ahead of it. */
function newest(name: string, records: readonly PackageRecord[], suites: readonly string[]): PackageRecord | undefined {
  return records
    .filter((record) => record.name === name && record.suites.some((suite) => suites.includes(suite)))
    .sort((left, right) => compareVersions(right.version, left.version))[0];
}
