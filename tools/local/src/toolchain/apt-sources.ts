import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The machine's own mirror: the first address that serves `main` of the release, in either format of apt's source files.
 * The format is described in sources.list(5).
 */
export function findMirror(texts: readonly string[], codename: string): string | undefined {
  for (const text of texts) {
    const found = fromStanzas(text, codename) ?? fromLines(text, codename);
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

function fromLines(text: string, codename: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line);
    if (match?.[2] === codename && match[3]?.split(/\s+/).includes('main')) return match[1];
  }
  return undefined;
}

function fromStanzas(text: string, codename: string): string | undefined {
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'mi').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    if (field('Enabled')[0] === 'no' || !field('Types').includes('deb')) continue;
    if (field('Suites').includes(codename) && field('Components').includes('main')) return field('URIs')[0];
  }
  return undefined;
}
