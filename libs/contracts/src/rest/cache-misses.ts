import { missCauses } from '@cooperage/domain/predicates';
import { z } from 'zod';

const buildsSchema = z.number().int();

const causeSchema = z.object({
  cause: z.enum(missCauses),
  /** Builds in which it was so. */
  builds: buildsSchema,
  /** What it names, the most frequent first: files, variables, images or instructions. At most three. */
  named: z.array(z.object({ name: z.string(), builds: buildsSchema })),
});

/** What a person can do that the step runs less often. */
const adviceSchema = z.discriminatedUnion('kind', [
  /** It copies more than the step named here needs, which runs again for it. */
  z.object({ kind: z.literal('copy_later'), path: z.string().nullable(), before: z.string() }),
  z.object({ kind: z.literal('ignore_file'), path: z.string() }),
  /** The variable reaches the step, which does not say its name. */
  z.object({ kind: z.literal('argument_later'), name: z.string() }),
  z.object({ kind: z.literal('argument_used'), name: z.string() }),
  z.object({ kind: z.literal('pin_image'), image: z.string().nullable() }),
  z.object({ kind: z.literal('pin_source') }),
  z.object({ kind: z.literal('earlier_step'), definition: z.string() }),
  z.object({ kind: z.literal('raise_budget') }),
  z.object({ kind: z.literal('export') }),
]);
export type CacheMissAdvice = z.infer<typeof adviceSchema>;

/** One step over all builds that came to it. Times are milliseconds. */
const missedStepSchema = z.object({
  dockerfilePath: z.string(),
  /** Null where there is only one. */
  stage: z.string().nullable(),
  /** The instruction as the Dockerfile has it, its first characters. */
  definition: z.string(),
  /** Where it stood in the newest build in which it ran. */
  startLine: z.number().int(),
  builds: buildsSchema,
  ran: buildsSchema,
  /** What it took in all of them together. */
  ms: z.number(),
  /** What those took that ran because it did; at most five of them are named. */
  alongMs: z.number(),
  along: z.array(z.object({ definition: z.string(), builds: buildsSchema, ms: z.number() })),
  /** The most frequent first. */
  causes: z.array(causeSchema),
  advice: adviceSchema.nullable(),
  /** Number of the newest build in which it ran. */
  newest: z.number().int(),
});
export type MissedStep = z.infer<typeof missedStepSchema>;

/** Steps that run again and again, the one that costs most first. Builds of forks do not count. */
export const cacheMissesSchema = z.object({
  /** Builds of which it is known. */
  builds: buildsSchema,
  steps: z.array(missedStepSchema),
});
export type CacheMisses = z.infer<typeof cacheMissesSchema>;
