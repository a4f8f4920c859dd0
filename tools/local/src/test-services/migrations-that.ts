import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { type SchemaFolders, schemaFolders } from '../database/schema-files.ts';

/** A copy of this checkout's migrations, of the wanted ones alone, in a new folder below `folder`: what an older release had. */
export function migrationsThat(folder: string, isWanted: (migration: string) => boolean): SchemaFolders {
  const current = schemaFolders(CHECKOUT);
  const migrations = path.join(folder, crypto.randomUUID());
  mkdirSync(migrations);
  for (const name of readdirSync(current.migrations).filter((each) => each === 'migration_lock.toml' || isWanted(each)))
    cpSync(path.join(current.migrations, name), path.join(migrations, name), { recursive: true });
  return { schema: current.schema, migrations };
}
