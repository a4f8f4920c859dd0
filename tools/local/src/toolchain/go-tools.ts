import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CACHE, CHECKOUT } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { say, seconds } from '../output.ts';
import { attempt, type CommandOptions, run } from '../processes/command.ts';
import { findProgram } from './find-program.ts';
import { editVendored, GO_EDITS } from './go-edits.ts';
import { isAtLeast } from './tool-list.ts';

const MODULE = path.join(CHECKOUT, 'tools/engine-for-strangers');
const BUILDKIT = 'github.com/moby/buildkit';
/** A Go of this machine may stand where its archive was unpacked, outside of PATH. */
const USUAL_PLACE = '/usr/local/go/bin/go';

type BuildOptions = Pick<CommandOptions, 'signal' | 'inBackground'>;

/** Programs that no package has, built from Go modules whose sums the checkout holds, with our edits. */
export class GoTools {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }
}

/** @returns undefined where they were not built yet */
export function cachedGoTools(): GoTools | undefined {
  const folder = toolFolder();
  return existsSync(folder) ? new GoTools(folder) : undefined;
}

/** Why they cannot be built on this machine; undefined where they can, or are there. */
export async function obstacleToGoTools(): Promise<string | undefined> {
  if (cachedGoTools()) return undefined;
  const go = findGo();
  const wanted = /^go (\S+)/m.exec(moduleFile('go.mod'))?.[1] ?? '';
  if (!go) return `it is built with Go ${wanted} or later, which is not on this machine (https://go.dev/dl/)`;
  const { stdout } = await attempt(go, ['env', 'GOVERSION'], { env: goEnvironment(go) });
  const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0];
  return version && isAtLeast(version, wanted)
    ? undefined
    : `it is built with Go ${wanted} or later, and this machine has ${version ?? 'one that does not start'}`;
}

/** Builds them once and keeps them in the cache. @throws {Error} when that fails */
export async function obtainGoTools(how: BuildOptions = {}): Promise<GoTools> {
  const folder = toolFolder();
  mkdirSync(path.dirname(folder), { recursive: true });
  const lock = await Lock.take(`${folder}.lock`, () => say('· another launcher is building BuildKit; waiting for it'));
  try {
    if (!existsSync(folder)) await build(folder, how);
  } finally {
    lock.release();
  }
  return new GoTools(folder);
}

async function build(folder: string, how: BuildOptions): Promise<void> {
  const go = findGo();
  if (!go) throw new Error('Go is missing');
  const started = performance.now();
  const version = buildkitVersion();
  say(`· building BuildKit ${version} with Go, once: one to three minutes`);
  const part = mkdtempSync(`${folder}.part-`);
  const source = mkdtempSync(`${folder}.source-`);
  const flags = [
    '-mod=vendor',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=-s -w -X ${BUILDKIT}/version.Version=${version}`,
  ];
  const options = { ...how, cwd: source, env: goEnvironment(go) };
  try {
    // Modules in the cache of Go stay as their sums say: what is edited is a copy.
    cpSync(MODULE, source, { recursive: true });
    await run(go, ['mod', 'vendor'], options);
    editVendored(path.join(source, 'vendor'));
    await run(go, ['build', ...flags, '-o', `${part}/`, ...packages()], options);
    renameSync(part, folder);
  } finally {
    for (const temporary of [part, source]) rmSync(temporary, { recursive: true, force: true });
  }
  say(`· BuildKit ${version} is built, after ${seconds(performance.now() - started)}`);
}

/** What the `tool` directives of the module name. */
function packages(): string[] {
  const block = /^tool \(\n([^)]*)\)/m.exec(moduleFile('go.mod'))?.[1] ?? '';
  return block.split('\n').flatMap((line) => line.trim() || []);
}

function buildkitVersion(): string {
  return new RegExp(`^\\s*${BUILDKIT} (v\\S+)`, 'm').exec(moduleFile('go.mod'))?.[1] ?? '';
}

function toolFolder(): string {
  const key = createHash('sha256');
  for (const name of sourceFiles()) key.update(moduleFile(name));
  key.update(JSON.stringify(GO_EDITS));
  return path.join(CACHE, 'go-tools', key.digest('hex').slice(0, 12));
}

/** Of the module itself: what it requires, and its own programs. */
function sourceFiles(): string[] {
  const names = readdirSync(MODULE, { recursive: true, encoding: 'utf8' });
  return ['go.mod', 'go.sum', ...names.filter((name) => name.endsWith('.go')).sort()];
}

function moduleFile(name: string): string {
  return readFileSync(path.join(MODULE, name), 'utf8');
}

function findGo(): string | undefined {
  return findProgram('go') ?? (existsSync(USUAL_PLACE) ? USUAL_PLACE : undefined);
}

/** Sources are kept with the tools; whatever a person has set for other work does not count, except where modules come from and whom to trust there. */
function goEnvironment(go: string): NodeJS.ProcessEnv {
  const { GOPROXY, GOSUMDB, GONOSUMDB, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, SSL_CERT_FILE, SSL_CERT_DIR } =
    process.env;
  const proxies = { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy };
  const given = { GOPROXY, GOSUMDB, GONOSUMDB, ...proxies, SSL_CERT_FILE, SSL_CERT_DIR };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    PATH: `${path.dirname(go)}:/usr/bin:/bin`,
    HOME: CACHE,
    GOPATH: path.join(CACHE, 'go'),
    GOCACHE: path.join(CACHE, 'go-build'),
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
}
