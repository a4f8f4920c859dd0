import { isDigest, isRepositoryPath, isSlug } from '@cooperage/domain/predicates';
import { z } from 'zod';

export const idSchema = z.uuid();
/** Moments travel as RFC 3339 in UTC. */
export const timeSchema = z.iso.datetime();
/** A mail address has no bound in zod; RFC 5321 has 64 and 255 characters around the `@`. */
export const emailSchema = z.email().max(320);
export const slugSchema = z
  .string()
  .refine(isSlug, 'lower-case letters, digits and single dashes, at most 63 characters');
export const digestSchema = z.string().refine(isDigest, 'a sha256 digest');
export const commitSchema = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id in lower-case hex');
export const repositoryPathSchema = z
  .string()
  .max(1024)
  .refine(isRepositoryPath, 'a path inside the repository, without "..", backslashes or a leading slash');

/** Query of every list: an opaque, authenticated cursor and a bounded page size. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    /** Cursor of the next page; null at the end. */
    next: z.string().nullable(),
  });
export interface Page<T> {
  items: T[];
  next: string | null;
}

/**
 * A record with at most so many keys. They are counted before one is judged: each bad one would make an issue, and zod knows no
 * bound of its own for records.
 * @param what names the entries, for the message
 */
export function boundedRecord<K extends z.ZodString, V extends z.ZodType>(
  key: K,
  value: V,
  most: number,
  what: string,
) {
  const counted = (input: unknown, context: z.RefinementCtx): unknown => {
    if (typeof input === 'object' && input !== null && Object.keys(input).length > most)
      context.addIssue({ code: 'custom', message: `at most ${most} ${what}` });
    return input;
  };
  return z.preprocess(counted, z.record(key, value).meta({ maxProperties: most }));
}
