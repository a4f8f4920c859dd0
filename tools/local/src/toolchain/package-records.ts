export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  /** Suites that have this version, for example `sid`. */
  readonly suites: readonly string[];
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The glibc that it asks for, for example `2.34`; undefined where it asks for none. */
  readonly glibc: string | undefined;
}

/** Suites by `name version`, from `apt-cache madison`. */
export function parseMadison(text: string): ReadonlyMap<string, readonly string[]> {
  const suites = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [name, version, source] = line.split('|').map((cell) => cell.trim());
    const suite = source && / ([^ /]+)\/main /.exec(source)?.[1];
    if (!suite) continue;
    const key = `${name} ${version}`;
    suites.set(key, [...(suites.get(key) ?? []), suite]);
  }
  return suites;
}

/** Records of `apt-cache show`, in the format of deb822(5). */
export function parseRecords(text: string, suites: ReadonlyMap<string, readonly string[]>): PackageRecord[] {
  const records = text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
    const [name, version, sha256] = [field('Package'), field('Version'), field('SHA256')];
    if (!name || !version || !sha256) return [];
    const glibc = /\blibc6 \(>= ([0-9.]+)\)/.exec(`${field('Pre-Depends')}, ${field('Depends')}`)?.[1];
    const found = suites.get(`${name} ${version}`) ?? [];
    return [{ name, version, suites: found, sizeBytes: Number(field('Size')), sha256, glibc }];
  });
  const once = new Map(records.map((record) => [record.sha256, record]));
  return [...once.values()];
}

/** Whether a program that asks for glibc `wanted` runs where `present` is. */
export function glibcSuffices(present: string, wanted: string | undefined): boolean {
  const [presentMajor = 0, presentMinor = 0] = present.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = (wanted ?? '0').split('.').map(Number);
  return presentMajor > wantedMajor || (presentMajor === wantedMajor && presentMinor >= wantedMinor);
}

/** `5:7.0.15-1~deb12u7` is Redis 7.0.15: epoch, repacking mark and revision are Debian's own. */
export function upstreamVersion(version: string): string {
  return version.replace(/^\d+:/, '').replace(/[+~-].*$/, '');
}
