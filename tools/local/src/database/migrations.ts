import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DiffResult, MigrationList, SchemaContainer, SchemaEngine } from '@prisma/schema-engine-wasm';
import type { Patience } from './patience.ts';
import { withEngine } from './schema-engine.ts';
import { LOCK_CONTENT, lockFile, readMigrations, readSchema, type SchemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

/** Tables outside the schema that a comparison leaves alone: there are none, BullMQ lives in Redis. */
const filters = { externalTables: [], externalEnums: [] };

export interface Difference {
  /** The SQL that would take the left side to the schema; undefined where both are the same. */
  readonly sql: string | undefined;
}

export interface MigrationStatus {
  readonly pending: readonly string[];
  /** In the database but no longer on disk: the database is ahead of this checkout. */
  readonly unknown: readonly string[];
  readonly failed: readonly string[];
  /** Applied, and changed on disk since. */
  readonly edited: readonly string[];
}

/** What came of the tries of `deploy`. */
export interface Applying {
  readonly applied: Set<string>;
  /** The migration that was begun last. */
  last: string | undefined;
}

/**
 * One try of `deploy`.
 * @param applying gets the names
 * @throws {ScriptFailure} when a migration fails; {Error} when an applied one was edited, or an earlier one failed
 */
export async function applyPending(
  databaseUrl: string,
  folders: SchemaFolders,
  patience: Patience,
  applying: Applying,
): Promise<void> {
  const migrationsList = readMigrations(folders);
  const work = async (engine: SchemaEngine) => {
    const { edited } = await readStatus(engine, folders);
    if (edited.length > 0) throw new Error(`applied migrations were edited since: ${edited.join(', ')}`);
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
    for (const name of appliedMigrationNames) applying.applied.add(name);
  };
  const around = async (script: string, run: () => Promise<void>) => {
    const name = nameOf(script, migrationsList, applying);
    if (name === undefined) return run();
    applying.last = name;
    const isLong = () => patience.say(`· applying ${name}, which takes minutes where there is much data`);
    const timer = setTimeout(isLong, patience.longMs);
    try {
      await run();
      applying.applied.add(name);
    } finally {
      clearTimeout(timer);
    }
  };
  await withEngine(databaseUrl, readSchema(folders), work, { lockTimeoutMs: patience.lockTimeoutMs, around });
}

/** The engine hands over a script without its name. */
function nameOf(script: string, { migrationDirectories }: MigrationList, { applied }: Applying): string | undefined {
  return migrationDirectories.find(({ path: name, migrationFile: { content } }) => {
    return content.tag === 'ok' && content.value === script && !applied.has(name);
  })?.path;
}

export async function status(databaseUrl: string, folders: SchemaFolders): Promise<MigrationStatus> {
  return withEngine(databaseUrl, readSchema(folders), (engine) => readStatus(engine, folders));
}

/** Compares the database with the schema. */
export async function drift(databaseUrl: string, folders: SchemaFolders): Promise<Difference> {
  const schema = readSchema(folders);
  return withEngine(databaseUrl, schema, (engine) => compareWithSchema(engine, schema));
}

/** Compares what the migration files make with the schema, in a throw-away database of the same server. */
export async function compareFiles(serverUrl: string, folders: SchemaFolders): Promise<Difference> {
  const schema = readSchema(folders);
  const migrationsList = readMigrations(folders);
  return withShadowDatabase(serverUrl, (shadowUrl) =>
    withEngine(shadowUrl, schema, async (engine) => {
      await engine.applyMigrations({ migrationsList, filters });
      return compareWithSchema(engine, schema);
    }),
  );
}

/** Writes the migration that takes the files to the schema. Returns its folder; undefined where nothing changed. */
export async function newMigration(
  serverUrl: string,
  folders: SchemaFolders,
  name: string,
): Promise<string | undefined> {
  const { sql } = await compareFiles(serverUrl, folders);
  if (sql === undefined) return undefined;
  const folder = path.join(folders.migrations, migrationFolderName(name, new Date()));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'migration.sql'), sql);
  if (!existsSync(lockFile(folders))) writeFileSync(lockFile(folders), LOCK_CONTENT);
  return folder;
}

/** Marks a failed migration as rolled back, so that the next deploy tries it again. */
export async function markRolledBack(databaseUrl: string, folders: SchemaFolders, name: string): Promise<void> {
  await withEngine(databaseUrl, readSchema(folders), (engine) =>
    engine.markMigrationRolledBack({ migrationName: name }),
  );
}

/** `20261124120000_add_leases`: Prisma's own naming. */
export function migrationFolderName(name: string, at: Date): string {
  const stamp = at.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (slug === '') throw new Error('a migration needs a name of letters and digits');
  return `${stamp}_${slug}`;
}

async function compareWithSchema(engine: SchemaEngine, schema: SchemaContainer[]): Promise<Difference> {
  const result: DiffResult = await engine.diff({
    from: { tag: 'schemaDatasource', files: schema, configDir: '.' },
    to: { tag: 'schemaDatamodel', files: schema },
    script: true,
    exitCode: true,
    filters,
  });
  return { sql: result.exitCode === 0 ? undefined : (result.stdout ?? '') };
}

async function readStatus(engine: SchemaEngine, folders: SchemaFolders): Promise<MigrationStatus> {
  const found = await engine.diagnoseMigrationHistory({
    migrationsList: readMigrations(folders),
    optInToShadowDatabase: false,
    filters,
  });
  const history = found.history;
  return {
    pending: history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [],
    unknown: history && 'unpersistedMigrationNames' in history ? history.unpersistedMigrationNames : [],
    failed: found.failedMigrationNames,
    edited: found.editedMigrationNames,
  };
}
