import { type Page, pageOf } from '@cooperage/contracts';
import type { Result } from './problem';
import { read } from './server';

type Schema = Parameters<typeof pageOf>[0];

export function readPage<T extends Schema>(path: string, item: T): Promise<Result<Page<T['_output']>>> {
  return read(path, pageOf(item));
}

/** Adds what is set of `query` to `path`. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}
