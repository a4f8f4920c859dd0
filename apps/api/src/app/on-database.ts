import { Database } from '@cooperage/db';
import type { FactoryProvider } from '@nestjs/common';

/** Repositories are plain classes: they are made here, so that `libs/db` knows nothing of Nest. */
export function onDatabase(repository: new (db: Database) => object): FactoryProvider {
  return { provide: repository, useFactory: (db: Database) => new repository(db), inject: [Database] };
}
