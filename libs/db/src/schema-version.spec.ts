import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { schemaVersion } from './schema-version.js';

it('expects the newest migration', () => {
  const folder = new URL('../../../prisma/migrations/', import.meta.url);
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(schemaVersion).toBe(
    names
      .map(({ name }) => name)
      .sort()
      .at(-1),
  );
});
