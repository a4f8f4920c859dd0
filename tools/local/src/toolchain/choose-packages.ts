import type { DebianHost } from './debian-host.ts';
import { glibcSuffices, type PackageRecord } from './package-records.ts';
import { GO_SERIES, type Suite, type ToolSpec } from './tool-list.ts';

export const NEWER_SUITE = 'sid';

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
  const from = (wanted: string) => records.find((record) => record.name === name && record.suites.includes(wanted));
  const newer = suite === 'own' ? undefined : from(NEWER_SUITE);
  const chosen = newer && glibcSuffices(host.glibc, newer.glibc) ? newer : from(host.codename);
  if (!chosen) throw new Error(`Debian has no package ${name} for ${host.codename} ${host.architecture}`);
  return chosen;
}
