import { Database } from '@cooperage/db';
import type { FactoryProvider } from '@nestjs/common';

/** The `Database` for what webhooks look up. No page and no person can use up its connections. */
export const HOOK_DATABASE = Symbol('hook database');

/** Repositories are plain classes: they are made here, so that `libs/db` knows nothing of Nest. */
export function onDatabase(repository: new (db: Database) => object): FactoryProvider {
  return { provide: repository, useFactory: (db: Database) => new repository(db), inject: [Database] };
}
