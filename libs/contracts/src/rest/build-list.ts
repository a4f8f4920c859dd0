import { buildStatuses, filterErrorText, maxFilterLength, readBuildFilter } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { buildSummarySchema } from './build.js';
import { idSchema, pageQuerySchema, timeSchema } from './common.js';

/** The filter language, for example `is:failed branch:main since:7d`. What is wrong with it is said with its place. */
export const buildFilterSchema = z
  .string()
  .max(maxFilterLength)
  .superRefine((text, context) => {
    const read = readBuildFilter(text);
    if (!read.ok) context.addIssue({ code: 'custom', message: filterErrorText(read.error) });
  });

const narrowing = {
  project: idSchema.optional(),
  status: z.enum(buildStatuses).optional(),
  ref: z.string().max(4096).optional(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
  filter: buildFilterSchema.optional(),
};
export const buildListQuerySchema = pageQuerySchema.extend(narrowing);
export type BuildListQuery = z.infer<typeof buildListQuerySchema>;

export const buildCountQuerySchema = z.strictObject(narrowing);
export type BuildCountQuery = z.infer<typeof buildCountQuerySchema>;
export const buildCountSchema = z.object({
  /** Exact up to 1,000. */
  count: z.number().int(),
  /** There are more than 1,000. */
  more: z.boolean(),
  /** Where nothing passes: positions, from 0, of the terms of `filter` without which something would. */
  excluding: z.array(z.number().int()),
});
export type BuildCount = z.infer<typeof buildCountSchema>;

export const groupKinds = ['commit', 'failure'] as const;
export const buildGroupsQuerySchema = z.strictObject({ ...narrowing, by: z.enum(groupKinds) });
export type BuildGroupsQuery = z.infer<typeof buildGroupsQuerySchema>;
export const buildGroupSchema = z.object({
  /** A full commit id, or the fingerprint of a failure. */
  key: z.string(),
  count: z.number().int(),
  firstAt: timeSchema,
  lastAt: timeSchema,
  projects: z.array(z.string()),
  statuses: z.array(z.enum(buildStatuses)),
  newest: buildSummarySchema,
  /** Builds that broke and that nothing newer has followed: retrying them would mend the group. */
  retryIds: z.array(idSchema),
});
export type BuildGroup = z.infer<typeof buildGroupSchema>;

export const savedViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  filter: z.string(),
  createdAt: timeSchema,
});
export type SavedView = z.infer<typeof savedViewSchema>;
export const saveViewSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  filter: buildFilterSchema.refine((filter) => filter.trim() !== '', 'a filter that says something'),
});
