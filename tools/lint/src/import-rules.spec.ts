import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImportTable } from './import-table.ts';

const root = new URL('../../..', import.meta.url).pathname;
const table = readImportTable();
const doors = ['index', 'predicates', 'ports', 'read', 'write', 'verify'];

/** A file that breaks the table, or keeps it, and the library or file that it imports. */
const planted: readonly (readonly [file: string, code: string, allowed: boolean])[] = [
  ['apps/api/src/a.ts', "import '@cooperage/db';", true],
  ['apps/api/src/b.ts', "import '@cooperage/source';", false],
  ['apps/api/src/c.ts', "import '@cooperage/buildkit';", false],
  ['apps/api/src/d.ts', "import '@cooperage/logs/write';", false],
  ['apps/api/src/e.ts', "import '@cooperage/logs/read';", true],
  ['apps/api/src/f.ts', "import '@cooperage/signing';", false],
  ['apps/api/src/g.ts', "import '@cooperage/signing/verify';", true],
  ['apps/api/src/h.ts', "import '../../worker/src/index.js';", false],
  ['apps/api/src/i.ts', "import '@cooperage/testing';", false],
  ['apps/api/src/j.spec.ts', "import '@cooperage/testing';", true],
  ['apps/api/src/k.spec.ts', "import '@cooperage/engines';", false],
  ['apps/api/src/l.ts', "import './j.spec.js';", false],
  ['apps/worker/src/a.ts', "import '@cooperage/engines';", true],
  ['apps/worker/src/b.ts', "import '@cooperage/buildkit';", false],
  ['apps/worker/src/c.ts', "import { door } from '@cooperage/logs/ports'; export const kept = door;", false],
  ['apps/worker/src/d.ts', "import type { Door } from '@cooperage/logs/ports'; export type Kept = Door;", true],
  ['apps/web/src/a.ts', "import '@cooperage/domain/predicates';", true],
  ['apps/web/src/b.ts', "import '@cooperage/domain';", false],
  ['apps/web/src/c.ts', "import '@cooperage/db';", false],
  ['libs/domain/src/a.ts', "import '@cooperage/contracts';", false],
  ['libs/engines/src/a.ts', "import '@cooperage/contracts';", false],
  ['libs/engines/src/b.ts', "import type { Door } from '@cooperage/contracts'; export type Kept = Door;", true],
  ['libs/engines/src/testing/a.ts', "import '@cooperage/testing';", true],
  ['libs/engines/src/c.ts', "import './testing/a.js';", false],
  ['libs/oci/src/a.ts', "import '../../domain/src/inner.js';", false],
  ['libs/oci/src/b.ts', "import '../../../apps/api/src/index.js';", false],
  ['libs/db/src/a.ts', "import '@prisma/client';", true],
  ['libs/db/src/b.spec.ts', "import '../../logs/spec/store.suite.js';", true],
  ['libs/db/src/c.ts', "import '../../logs/spec/store.suite.js';", false],
  ['libs/db/src/d.spec.ts', "import '../../oci/spec/store.suite.js';", false],
  ['libs/queue/src/a.ts', "import '@prisma/client';", false],
  ['libs/queue/src/b.ts', "import '../../db/src/generated/client.js';", false],
  ['libs/queue/src/c.ts', "import './d.js';", false],
  ['libs/queue/src/e.ts', "import './missing.js';", false],
  ['e2e/scenarios/a.e2e.ts', "import '@cooperage/testing';", true],
  ['e2e/support/a.ts', "import '@cooperage/queue';", false],
  ['e2e/scenarios/b.e2e.ts', "import '@cooperage/engines';", false],
];

let folder: string;
let broken: ReadonlySet<string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cooperage-imports-'));
  for (const part of ['.dependency-cruiser.cjs', 'docs/import-table.json', 'tools/lint/src', 'apps/web/tsconfig.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (file) => !file.endsWith('.spec.ts') });
  for (const workspace of Object.keys(table.rows).filter((row) => !row.startsWith('tools/'))) plantWorkspace(workspace);
  write('node_modules/@prisma/client/index.js', '');
  write('libs/db/src/generated/client.ts', 'export {};');
  write('libs/domain/src/inner.ts', 'export {};');
  write('libs/queue/src/d.ts', "import './c.js';");
  for (const library of ['logs', 'oci']) write(`libs/${library}/spec/store.suite.ts`, 'export {};');
  for (const [file, code] of planted) write(file, code);
  broken = await cruise(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the import lint', () => {
  it.each(planted)('%s: %s → allowed: %s', (file, _code, allowed) => {
    expect(broken.has(file)).toBe(!allowed);
  });

  it('has a row for every workspace, and a column for every library that one may import', () => {
    const libraries = Object.keys(table.rows).filter((row) => row.startsWith('libs/'));
    expect([...libraries.map((row) => row.slice('libs/'.length)), 'e2e'].sort()).toEqual([...table.columns].sort());
    const named = Object.values(table.rows).flatMap((allowed) => Object.keys(allowed));
    expect(named.filter((library) => !table.columns.includes(library))).toEqual([]);
  });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** A workspace with every door there may be, linked as npm links it. */
function plantWorkspace(workspace: string): void {
  const name = workspace.split('/').at(-1)!;
  const exports = Object.fromEntries(
    doors.map((door) => [
      door === 'index' ? '.' : `./${door}`,
      { source: `./src/${door}.ts`, default: `./dist/${door}.js` },
    ]),
  );
  write(`${workspace}/package.json`, JSON.stringify({ name: `@cooperage/${name}`, type: 'module', exports }));
  for (const door of doors)
    write(`${workspace}/src/${door}.ts`, 'export type Door = string;\nexport const door = 1;\n');
  mkdirSync(join(folder, 'node_modules/@cooperage'), { recursive: true });
  symlinkSync(join(folder, workspace), join(folder, 'node_modules/@cooperage', name));
}

/** Files from which an import starts that the lint refuses. The lint runs as `npm run lint:imports` runs it. */
async function cruise(cwd: string): Promise<ReadonlySet<string>> {
  const program = join(root, 'node_modules/.bin/depcruise');
  const flags = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [program, 'apps', 'libs', 'tools', 'e2e', ...flags], {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string; stderr: string }) => {
    if (error.stdout) return error;
    throw new Error(error.stderr);
  });
  const { summary } = JSON.parse(stdout) as ICruiseResult;
  return new Set(summary.violations.map((violation) => violation.from));
}
