import type { DebianHost } from './debian-host.ts';
import { glibcSuffices, type PackageRecord } from './package-records.ts';
import type { Suite, ToolSpec } from './tool-list.ts';

export const NEWER_SUITE = 'sid';

/** Configuration that programs expect beside them, and what repairs the search path of their libraries. */
const COMPANIONS: Readonly<Record<string, string>> = { buildah: 'golang-github-containers-common' };
const HELPERS = ['patchelf'];

/** The packages that hold the tools. @throws {Error} naming what no suite has. */
export function choosePackages(
  specs: readonly ToolSpec[],
  records: readonly PackageRecord[],
  host: DebianHost,
): PackageRecord[] {
  const wanted = new Map<string, Suite>(specs.map((spec) => [spec.package, spec.suite]));
  for (const [tool, companion] of Object.entries(COMPANIONS)) if (wanted.has(tool)) wanted.set(companion, 'own');
  for (const helper of HELPERS) wanted.set(helper, 'own');
  return [...wanted].map(([name, suite]) => choosePackage(name, suite, records, host));
}

export function packageNames(specs: readonly ToolSpec[]): string[] {
  return [...new Set([...specs.map((spec) => spec.package), ...Object.values(COMPANIONS), ...HELPERS])];
}

function choosePackage(name: string, suite: Suite, records: readonly PackageRecord[], host: DebianHost): PackageRecord {
  const from = (wanted: string) => records.find((record) => record.name === name && record.suites.includes(wanted));
  const newer = suite === 'own' ? undefined : from(NEWER_SUITE);
  const chosen = newer && glibcSuffices(host.glibc, newer.glibc) ? newer : from(host.codename);
  if (!chosen) throw new Error(`Debian has no package ${name} for ${host.codename} ${host.architecture}`);
  return chosen;
}
