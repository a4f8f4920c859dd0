/** Where a package is taken from: Debian's unstable suite, the machine's own release, or unstable where its glibc allows. */
export type Suite = 'newer' | 'own' | 'newer-if-it-runs';

export interface ToolSpec {
  readonly name: string;
  readonly package: string;
  readonly suite: Suite;
  /** What prints the version. */
  readonly versionArguments: readonly string[];
  /** The oldest version of the machine's own that is used; undefined where the machine's own is never used. */
  readonly minimum?: string;
  /** The oldest version that a package may have. A set that was obtained for an older one is obtained again. */
  readonly packageMinimum?: string;
  /** What is set for the program while it prints its version. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the version stands, for programs that print other versions too. */
  readonly versionPattern?: RegExp;
}

const flag = ['--version'];
const word = ['version'];

/**
 * Go programs come from the newer suite: they need little but a recent glibc. C programs with many libraries come from
 * the machine's own release. busybox is never the machine's own: it has to be the static one.
 */
export const TOOLS: readonly ToolSpec[] = [
  { name: 'docker-buildx', package: 'docker-buildx', suite: 'newer', versionArguments: word, minimum: '0.17' },
  { name: 'runc', package: 'runc', suite: 'newer-if-it-runs', versionArguments: flag, minimum: '1.1' },
  {
    name: 'cosign',
    package: 'cosign',
    suite: 'newer',
    versionArguments: word,
    minimum: '3.0',
    versionPattern: /GitVersion:\s+v?(\S+)/,
  },
  { name: 'crane', package: 'crane', suite: 'newer', versionArguments: word, minimum: '0.19' },
  { name: 'docker-registry', package: 'docker-registry', suite: 'newer', versionArguments: flag, minimum: '2.8' },
  { name: 'redis-server', package: 'redis-tools', suite: 'own', versionArguments: flag, minimum: '6.2' },
  { name: 'redis-cli', package: 'redis-tools', suite: 'own', versionArguments: flag, minimum: '6.2' },
  { name: 'iptables', package: 'iptables', suite: 'own', versionArguments: flag, minimum: '1.8' },
  { name: 'mmdebstrap', package: 'mmdebstrap', suite: 'own', versionArguments: flag, minimum: '1.0' },
  { name: 'busybox', package: 'busybox-static', suite: 'own', versionArguments: [] },
  { name: 'skopeo', package: 'skopeo', suite: 'own', versionArguments: flag, minimum: '1.9' },
  { name: 'buildah', package: 'buildah', suite: 'own', versionArguments: flag, minimum: '1.28' },
  { name: 'ip', package: 'iproute2', suite: 'own', versionArguments: ['-V'], minimum: '0' },
];

/** Checks our compose file without an engine. */
export const COMPOSE = 'docker-compose';

/**
 * A tool set of its own, obtained by tests alone: a Docker engine, and what speaks to it. It finds `runc` and `iptables`, which are
 * among `TOOLS`, on its PATH.
 */
export const DOCKER: readonly ToolSpec[] = [
  { name: 'dockerd', package: 'docker.io', suite: 'newer', versionArguments: flag, minimum: '28.0' },
  { name: 'docker-proxy', package: 'docker.io', suite: 'newer', versionArguments: flag, minimum: '0' },
  { name: 'docker', package: 'docker-cli', suite: 'newer', versionArguments: flag, minimum: '28.0' },
  { name: 'containerd', package: 'containerd', suite: 'newer', versionArguments: flag, minimum: '1.7' },
  { name: 'containerd-shim-runc-v2', package: 'containerd', suite: 'newer', versionArguments: ['-v'], minimum: '1.7' },
  { name: COMPOSE, package: 'docker-compose', suite: 'newer', versionArguments: word, minimum: '2.20' },
];

/** Debian has a package for each series of Go. Both of its packages have the same version. */
export const GO_SERIES = '1.27';

/**
 * A tool set of its own, obtained where BuildKit has to be built and the machine's own Go is too old.
 * @param oldest version that the modules can be built with
 */
export function goTool(oldest: string): ToolSpec {
  return {
    name: 'go',
    package: `golang-${GO_SERIES}-go`,
    suite: 'newer',
    // Asks the compiler: it only starts where the program has found all that belongs to it.
    versionArguments: ['tool', 'compile', '-V=full'],
    minimum: oldest,
    packageMinimum: oldest,
    // What a person has set for other work could let another Go answer, or download one.
    environment: { GOENV: 'off', GOFLAGS: '', GOROOT: '', GOTOOLCHAIN: 'local', GOWORK: 'off' },
  };
}

/** The first number with dots in what a program says of itself. */
export function parseVersion(spec: ToolSpec, text: string): string | undefined {
  const where = spec.versionPattern ? spec.versionPattern.exec(text)?.[1] : text;
  return /\d+(?:\.\d+)+/.exec(where ?? '')?.[0];
}

export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split('.').map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const mine = have?.[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}
