import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readImportTable, renderImportTable } from './import-table.ts';

const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');

it('docs/architecture.md shows the table that the lint enforces', () => {
  const shown = /<!-- import table -->\n([\s\S]*?)\n<!-- end of import table -->/.exec(page)?.[1];
  expect(shown?.trim()).toBe(renderImportTable(readImportTable()));
});
