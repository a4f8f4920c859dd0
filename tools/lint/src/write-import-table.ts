import { readFileSync, writeFileSync } from 'node:fs';
import { readImportTable, renderImportTable } from './import-table.ts';

/** Writes the import table into the documentation, after a change of `docs/import-table.json`. */
const page = new URL('../../../docs/architecture.md', import.meta.url);
const between = /(?<=<!-- import table -->\n)[\s\S]*?(?=<!-- end of import table -->)/;

const table = renderImportTable(readImportTable());
writeFileSync(
  page,
  readFileSync(page, 'utf8').replace(between, () => `\n${table}\n\n`),
);
