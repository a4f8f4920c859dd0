import { query } from '@cooperage/testing';
import type { ApiWorld } from './api-world.js';

/** Rows of the world's database, as they are. */
export function rowsOf<Row extends Record<string, unknown> = Record<string, unknown>>(
  world: ApiWorld,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return query<Row>(world.databaseUrl, text, values);
}
