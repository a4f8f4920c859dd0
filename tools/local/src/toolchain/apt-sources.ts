import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NEWER_SUITE, securitySuite, updatesSuite } from './suites.ts';

const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
const DEFAULT_SECURITY_MIRROR = 'http://deb.debian.org/debian-security';

/** Suites of one mirror. */
export interface AptSource {
  readonly mirror: string;
  readonly suites: readonly string[];
  /** Mirrors inside of companies do not have every suite: what is optional is read where it can be. */
  readonly isOptional: boolean;
}

/** Where packages come from: the mirrors that this machine has for its release, or Debian's own. */
export function aptSources(texts: readonly string[], codename: string): AptSource[] {
  const [updates, security] = [updatesSuite(codename), securitySuite(codename)];
  const mirror = findMirror(texts, codename) ?? DEFAULT_MIRROR;
  const securityMirror = findMirror(texts, security) ?? DEFAULT_SECURITY_MIRROR;
  return [
    { mirror, suites: [codename, NEWER_SUITE], isOptional: false },
    { mirror: findMirror(texts, updates) ?? mirror, suites: [updates], isOptional: true },
    { mirror: securityMirror, suites: [security], isOptional: true },
  ];
}

/**
 * The machine's own mirror: the first address that serves `main` of the suite, in either format of apt's source files.
 * The format is described in sources.list(5).
 */
export function findMirror(texts: readonly string[], suite: string): string | undefined {
  for (const text of texts) {
    const found = fromStanzas(text, suite) ?? fromLines(text, suite);
    if (found) return found;
  }
  return undefined;
}

/** The contents of this machine's source files, the order that apt reads them in. */
export function readSourceFiles(folder = '/etc/apt'): string[] {
  const parts = path.join(folder, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [path.join(folder, 'sources.list'), ...names.map((name) => path.join(parts, name))];
  return files
    .filter((file) => /\.(sources|list)$/.test(file) && existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
}

function fromLines(text: string, suite: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line);
    if (match?.[2] === suite && match[3]?.split(/\s+/).includes('main')) return match[1];
  }
  return undefined;
}

function fromStanzas(text: string, suite: string): string | undefined {
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'mi').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    if (field('Enabled')[0] === 'no' || !field('Types').includes('deb')) continue;
    if (field('Suites').includes(suite) && field('Components').includes('main')) return field('URIs')[0];
  }
  return undefined;
}
