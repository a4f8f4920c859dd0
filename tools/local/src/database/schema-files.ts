import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MigrationDirectory, MigrationList, SchemaContainer } from '@prisma/schema-engine-wasm';

const LOCK_FILE = 'migration_lock.toml';
export const LOCK_CONTENT = 'provider = "postgresql"\n';

/** Where the schema and its migrations lie in a checkout, in the layout of Prisma's own command line. */
export interface SchemaFolders {
  readonly schema: string;
  readonly migrations: string;
}

export function schemaFolders(checkout: string): SchemaFolders {
  return { schema: path.join(checkout, 'prisma/schema'), migrations: path.join(checkout, 'prisma/migrations') };
}

/** @throws {Error} when the folder holds no `.prisma` file: an empty schema would make a migration that drops everything. */
export function readSchema(folders: SchemaFolders): SchemaContainer[] {
  const names = existsSync(folders.schema)
    ? readdirSync(folders.schema).filter((name) => name.endsWith('.prisma'))
    : [];
  if (names.length === 0) throw new Error(`${folders.schema} holds no .prisma file`);
  return names.sort().map((name) => {
    const file = path.join(folders.schema, name);
    return { path: file, content: readFileSync(file, 'utf8') };
  });
}

export function readMigrations(folders: SchemaFolders): MigrationList {
  const lock = lockFile(folders);
  return {
    baseDir: folders.migrations,
    shadowDbInitScript: '',
    lockfile: { path: LOCK_FILE, content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    migrationDirectories: migrationNames(folders).map((name) => readMigration(folders, name)),
  };
}

export function lockFile(folders: SchemaFolders): string {
  return path.join(folders.migrations, LOCK_FILE);
}

function migrationNames(folders: SchemaFolders): string[] {
  if (!existsSync(folders.migrations)) return [];
  return readdirSync(folders.migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function readMigration(folders: SchemaFolders, name: string): MigrationDirectory {
  const file = path.join(folders.migrations, name, 'migration.sql');
  if (!existsSync(file)) throw new Error(`${file} is missing: delete the empty folder, or write the migration`);
  return {
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(file, 'utf8') } },
  };
}
