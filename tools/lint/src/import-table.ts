import { readFileSync } from 'node:fs';

/** Doors of a library, by file name: `index`, `read`; `ports as types` allows type imports only. */
export type Doors = readonly string[];

/** Who may import what: the one source of the lint rule and of the table in the documentation. */
export interface ImportTable {
  /** Libraries that something may import. */
  readonly columns: readonly string[];
  /** Folder of a workspace → library → the doors that it may use. What is not named is forbidden. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, Doors>>>>;
}

const file = new URL('../../../docs/import-table.json', import.meta.url);

export function readImportTable(): ImportTable {
  return JSON.parse(readFileSync(file, 'utf8')) as ImportTable;
}

/** The table in Markdown, rows import columns. */
export function renderImportTable(table: ImportTable): string {
  const head = ['', ...table.columns];
  const rows = Object.entries(table.rows).map(([workspace, allowed]) => [
    workspace,
    ...table.columns.map((library) => renderDoors(allowed[library] ?? [])),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function renderDoors(doors: Doors): string {
  return doors.map((door) => (door === 'index' ? '✓' : door.replace('index as ', ''))).join(', ');
}
