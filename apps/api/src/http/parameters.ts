import { digestSchema, idSchema } from '@cooperage/contracts';
import { isTag } from '@cooperage/domain';
import { z } from 'zod';

/** Route parameters by kind: `@Param('projectId', uuid)`. What cannot be an id is answered before any query. */
export const uuid = { schema: idSchema };
export const digest = { schema: digestSchema };
/** Ids that the sign-in library's tables hold as text. */
export const textId = { schema: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'an id') };
export const tagName = { schema: z.string().refine(isTag, 'a tag') };
/** Counts from 1. */
export const ordinal = { schema: z.coerce.number().int().min(1).max(2_147_483_647) };
