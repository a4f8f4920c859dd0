import type { IForbiddenRuleType } from 'dependency-cruiser';
import type { Doors, ImportTable } from './import-table.ts';

/** Files that are only run by tests: they may also use what is made for tests. */
const testFiles = String.raw`\.spec\.ts$|\.e2e\.ts$|\.suite\.ts$|/spec/|/src/testing/`;
const asTypes = ' as types';

/** The table as rules of dependency-cruiser, and the few rules that no table can say. */
export function importRules(table: ImportTable): IForbiddenRuleType[] {
  return [...Object.entries(table.rows).flatMap(([workspace, allowed]) => rowRules(workspace, allowed)), ...fixedRules];
}

/** One workspace: what product code may reach, the same plus `libs/testing` for tests, and what only as types. */
function rowRules(workspace: string, allowed: Readonly<Record<string, Doors>>): IForbiddenRuleType[] {
  const doors = Object.entries(allowed).flatMap(([library, names]) => names.map((name) => doorOf(library, name)));
  const own = `^${workspace}/`;
  const open = [own, ...doors.map((door) => door.path)];
  const others = '^(?:apps|libs|tools|e2e)/';
  // Who implements a library's port runs the suite of what that port promises; what its tests are made with serves others' too.
  const suites = Object.keys(allowed).map((library) => `^libs/${library}/(?:src/.*\\.suite\\.ts$|spec/)`);
  return [
    {
      name: `${workspace} imports only what the table allows`,
      severity: 'error',
      from: { path: own, pathNot: testFiles },
      to: { path: others, pathNot: open },
    },
    {
      name: `${workspace}: tests may also import libs/testing and suites`,
      severity: 'error',
      from: { path: `${own}.*(?:${testFiles})` },
      to: { path: others, pathNot: [...open, ...suites, '^libs/testing/src/(index|sync-stretch)\\.ts$'] },
    },
    ...doors
      .filter((door) => door.typesOnly)
      .map<IForbiddenRuleType>((door) => ({
        name: `${workspace} imports types only from here`,
        severity: 'error',
        from: { path: own },
        to: { path: door.path, dependencyTypesNot: ['type-only'] },
      })),
  ];
}

function doorOf(library: string, name: string): { readonly path: string; readonly typesOnly: boolean } {
  // The harness of the end-to-end tests is no library; benchmarks start the product by it too.
  const folder = library === 'e2e' ? 'e2e' : `libs/${library}`;
  return { path: `^${folder}/src/${name.replace(asTypes, '')}\\.ts$`, typesOnly: name.endsWith(asTypes) };
}

const fixedRules: readonly IForbiddenRuleType[] = [
  {
    name: 'no circles',
    severity: 'error',
    from: { pathNot: '/generated/' },
    // A type import is gone when the code runs.
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'every import can be found',
    severity: 'error',
    from: { pathNot: '/generated/' },
    // Next.js provides this one itself.
    to: { couldNotResolve: true, pathNot: '^server-only$' },
  },
  {
    name: 'Prisma stays in libs/db and in the tool that migrates',
    severity: 'error',
    from: { pathNot: ['^libs/db/', '^tools/local/src/database/'] },
    to: { path: ['node_modules/@prisma/', 'node_modules/prisma/', '^libs/db/src/generated/'] },
  },
  {
    name: 'product code does not import tests',
    severity: 'error',
    from: { path: '^(?:apps|libs)/', pathNot: testFiles },
    to: { path: ['\\.spec\\.ts$', '\\.suite\\.ts$', '/spec/', '/src/testing/'] },
  },
];
