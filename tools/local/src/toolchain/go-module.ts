import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { GO_EDITS } from './go-edits.ts';

/** What BuildKit is built from: a module that requires it, with our edits. */
export const GO_MODULE = path.join(CHECKOUT, 'tools/buildkit');
export const BUILDKIT = 'github.com/moby/buildkit';
/** Also of `deploy/docker/buildkit.Dockerfile`. */
export const BUILD_FLAGS = ['-mod=vendor', '-trimpath', '-buildvcs=false'];

/** The oldest Go that builds the module. */
export function wantedGo(): string {
  return /^go (\S+)/m.exec(moduleFile('go.mod'))?.[1] ?? '';
}

/** What the `tool` directives of the module name. */
export function goPackages(): string[] {
  const block = /^tool \(\n([^)]*)\)/m.exec(moduleFile('go.mod'))?.[1] ?? '';
  return block.split('\n').flatMap((line) => line.trim() || []);
}

export function buildkitVersion(): string {
  return new RegExp(`^\\s*${BUILDKIT} (v\\S+)`, 'm').exec(moduleFile('go.mod'))?.[1] ?? '';
}

/** Another one for each change of what the programs are built from. */
export function moduleKey(): string {
  const key = createHash('sha256');
  for (const name of sourceFiles()) key.update(moduleFile(name));
  key.update(JSON.stringify(GO_EDITS));
  return key.digest('hex').slice(0, 12);
}

/** Of the module itself: what it requires, and its own programs. */
function sourceFiles(): string[] {
  const names = readdirSync(GO_MODULE, { recursive: true, encoding: 'utf8' });
  return ['go.mod', 'go.sum', ...names.filter((name) => name.endsWith('.go')).sort()];
}

function moduleFile(name: string): string {
  return readFileSync(path.join(GO_MODULE, name), 'utf8');
}
