import { type Page, pageOf } from '@cooperage/contracts';
import type { z } from 'zod';
import type { Result } from './problem';
import { read } from './server';

export function readPage<T extends z.ZodType>(path: string, item: T): Promise<Result<Page<z.infer<T>>>> {
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
