import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { LauncherError, say, seconds } from '../output.ts';
import { attempt, type CommandOptions, run } from '../processes/command.ts';
import { type GoSources, goFolders, obstacleToGo, surveyGo } from './find-go.ts';
import { obtainLacking } from './find-tools.ts';
import { editVendored } from './go-edits.ts';
import { COMPILING, FETCHING_MODULES, type GoStage, goFailure, obtainingGo } from './go-failure.ts';
import { BUILD_FLAGS, BUILDKIT, buildkitVersion, GO_MODULE, goPackages, moduleKey, wantedGo } from './go-module.ts';

type BuildOptions = Pick<CommandOptions, 'signal' | 'inBackground'>;

/** Where Go comes from, and where what is obtained and built is kept. */
export interface GoPlaces extends GoSources {
  readonly cache: string;
}

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
export function cachedGoTools(cache = CACHE): GoTools | undefined {
  const folder = toolFolder(cache);
  return existsSync(folder) ? new GoTools(folder) : undefined;
}

/** Why they cannot be built on this machine; undefined where they can, or are there. Downloads nothing. */
export async function obstacleToGoTools(places = usualPlaces()): Promise<string | undefined> {
  return cachedGoTools(places.cache) ? undefined : obstacleToGo(await surveyGo(wantedGo(), places));
}

/** Builds them once and keeps them in the cache. @throws {LauncherError} that says what can be done, when that fails */
export async function obtainGoTools(how: BuildOptions = {}, places = usualPlaces()): Promise<GoTools> {
  const folder = toolFolder(places.cache);
  if (existsSync(folder)) return new GoTools(folder);
  mkdirSync(path.dirname(folder), { recursive: true });
  // One lock for the builds of all checkouts: they share the folders of modules and results, which go with a build's success.
  const lock = await Lock.take(path.join(path.dirname(folder), 'build.lock'), () =>
    say('· another launcher is building BuildKit; waiting for it'),
  );
  try {
    if (!existsSync(folder)) await build(folder, how, places);
  } finally {
    lock.release();
  }
  return new GoTools(folder);
}

/** The folder of the Go that they are built with. */
export async function obtainGoRoot(how: BuildOptions = {}, places = usualPlaces()): Promise<string> {
  const go = await obtainGo(places, how);
  return (await run(go, ['env', 'GOROOT'], { ...how, env: goEnvironment(go, places.cache) })).stdout.trim();
}

async function build(folder: string, how: BuildOptions, places: GoPlaces): Promise<void> {
  const { cache } = places;
  const go = await obtainGo(places, how);
  const started = performance.now();
  const version = buildkitVersion();
  say(`· building BuildKit ${version} with Go, once: one to five minutes`);
  const part = mkdtempSync(`${folder}.part-`);
  const source = mkdtempSync(`${folder}.source-`);
  const flags = [...BUILD_FLAGS, `-ldflags=-s -w -X ${BUILDKIT}/version.Version=${version}`];
  const options = { ...how, cwd: source, env: goEnvironment(go, cache) };
  try {
    // Modules in the cache of Go stay as their sums say: what is edited is a copy.
    cpSync(GO_MODULE, source, { recursive: true });
    await orSay(FETCHING_MODULES, places, how, run(go, ['mod', 'vendor'], options));
    editVendored(path.join(source, 'vendor'));
    await orSay(COMPILING, places, how, run(go, ['build', ...flags, '-o', `${part}/`, ...goPackages()], options));
    renameSync(part, folder);
  } finally {
    for (const temporary of [part, source]) rmSync(temporary, { recursive: true, force: true });
  }
  say(`· BuildKit ${version} is built, after ${seconds(performance.now() - started)}`);
  await removeGoCaches(go, cache);
}

/** The machine's own Go, or that of Debian. */
async function obtainGo(places: GoPlaces, how: BuildOptions): Promise<string> {
  const oldest = wantedGo();
  const survey = await surveyGo(oldest, places);
  const obstacle = obstacleToGo(survey);
  if (obstacle) throw new LauncherError(obstacle);
  return (await orSay(obtainingGo(oldest), places, how, obtainLacking(survey, places.cache))).path('go');
}

/** Whoever ended the work knows why it ended. */
async function orSay<T>(stage: GoStage, { cache }: GoPlaces, { signal }: BuildOptions, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    signal?.throwIfAborted();
    throw goFailure(stage, error, cache);
  }
}

/**
 * Modules and compiled packages are 1.4 GB, and only the next version of BuildKit or another edit would read them. That build
 * fetches anew what it needs. After a failure they stay, so that the next try goes on where this one ended. Modules are
 * read-only folders, which Go itself removes. A rest is only space: it fails nothing.
 */
async function removeGoCaches(go: string, cache: string): Promise<void> {
  const env = goEnvironment(go, cache);
  await attempt(go, ['clean', '-modcache'], { cwd: cache, env });
  await attempt('rm', ['-rf', ...goCaches(cache)]);
}

function toolFolder(cache: string): string {
  return path.join(cache, 'go-tools', moduleKey());
}

function usualPlaces(): GoPlaces {
  return { folders: goFolders(), cache: CACHE };
}

/** Of modules, and of compiled packages. */
function goCaches(cache: string): [string, string] {
  return [path.join(cache, 'go'), path.join(cache, 'go-build')];
}

/**
 * Sources are kept with the tools; whatever a person has set for other work does not count, except where modules come from and
 * whom to trust there.
 */
export function goEnvironment(go: string, cache: string): NodeJS.ProcessEnv {
  const { GOPROXY, GOSUMDB, GONOSUMDB, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, SSL_CERT_FILE, SSL_CERT_DIR } =
    process.env;
  const proxies = { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy };
  const given = { GOPROXY, GOSUMDB, GONOSUMDB, ...proxies, SSL_CERT_FILE, SSL_CERT_DIR };
  const [GOPATH, GOCACHE] = goCaches(cache);
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    PATH: `${path.dirname(go)}:/usr/bin:/bin`,
    HOME: cache,
    GOPATH,
    GOCACHE,
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
}
