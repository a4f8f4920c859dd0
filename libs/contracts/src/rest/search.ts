import { buildStatuses } from '@cooperage/domain/predicates';
import { z } from 'zod';

const projectPathSchema = z
  .string()
  .regex(/^[^/]{1,63}\/[^/]{1,63}$/, 'the slugs of organization and project, for example acme/api');

export const searchQuerySchema = z.strictObject({
  /** Words of a project, a build's number (`128`, `api #128`), a commit or a digest by their first 7 digits or more. */
  q: z.string().max(200).default(''),
  /** Only this kind is looked for. */
  only: z.enum(['projects', 'builds']).optional(),
  /** Only builds of this project. */
  project: projectPathSchema.optional(),
});
export type SearchQuery = z.infer<typeof searchQuerySchema>;

const place = { organizationSlug: z.string(), projectSlug: z.string() };

/** At most 8 of each kind, newest first. */
export const searchAnswerSchema = z.object({
  projects: z.array(z.object({ organizationSlug: z.string(), slug: z.string(), name: z.string() })),
  builds: z.array(
    z.object({
      ...place,
      number: z.number().int(),
      status: z.enum(buildStatuses),
      commit: z.string(),
      commitSubject: z.string(),
    }),
  ),
  images: z.array(z.object({ ...place, digest: z.string() })),
});
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
