/**
 * First version of each maintained series without a known hole that runs code in the server for a client that may run scripts:
 * CVE-2025-49844, -46817, -46818, -46819, CVE-2026-23631, CVE-2026-81934. https://github.com/redis/redis/releases
 */
const FIRST_SOUND = ['6.2.24', '7.2.16', '7.4.11', '8.2.9', '8.4.6', '8.6.6', '8.8.2', '8.10.1'];
/** The series that upstream maintains longest, until September 2030. */
const ADVISED = '8.2.9';

/**
 * Builders may run scripts, and what a builder may do in Redis depends on its user (docs/adr/0035).
 * @returns a warning with the version to upgrade to. Undefined for a sound version, a newer series, and a text that is no version of Redis.
 */
export function redisAgeProblem(version: string): string | undefined {
  const parts = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(version)?.slice(1).map(Number);
  if (!parts) return undefined;
  const series = FIRST_SOUND.map((text) => text.split('.').map(Number));
  const own = series.find(([major, minor]) => major === parts[0] && minor === parts[1]);
  if (own ? compare(parts, own) >= 0 : series.every((each) => compare(parts, each) > 0)) return undefined;
  return `Redis ${version} has known security holes in its scripts: upgrade to ${own?.join('.') ?? ADVISED} or later`;
}

/** Negative, zero or positive, as for `Array.sort`. */
function compare(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
