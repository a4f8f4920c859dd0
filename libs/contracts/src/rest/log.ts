import { z } from 'zod';

const attemptSchema = z.coerce.number().int().min(1).max(1000).optional();
const cursorSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const switchSchema = z.enum(['true', 'false']).default('false');

export const logQuerySchema = z.strictObject({
  /** Number of the attempt; the current one when missing. A download without it and `from` holds all attempts. */
  attempt: attemptSchema,
  /** First sequence number. */
  from: cursorSchema,
  /** Most bytes of the answer. */
  limit: z.coerce.number().int().min(1).max(1_048_576).default(1_048_576),
});
export const logLinesQuerySchema = z.strictObject({
  attempt: attemptSchema,
  /** First line, counted from 0. */
  first: cursorSchema,
  count: z.coerce.number().int().min(1).max(10_000).default(1_000),
  format: z.enum(['text', 'jsonl']).default('text'),
});

/** Where the lines of a log are: for each run of entries, what it adds to the lines of each step. */
export const logIndexSchema = z.object({
  /** Number of the attempt. */
  attempt: z.number().int(),
  segments: z.array(
    z.object({
      /** First sequence number of the run. */
      firstN: z.number().int(),
      /** Sequence number behind its last entry. */
      nextN: z.number().int(),
      /**
       * One list of numbers for each step that printed: ordinal, finished lines, and for each of its outputs three more:
       * output (1 or 2), sequence number where its unfinished line begins (-1 without one), style that line begins in.
       */
      lines: z.array(z.array(z.number().int())),
    }),
  ),
  /** Sequence number behind the last run; what follows has to be read to be counted. */
  nextN: z.number().int(),
  /** The log has ended, and all of it is in the runs. */
  complete: z.boolean(),
});
export type LogIndexAnswer = z.infer<typeof logIndexSchema>;

export const logSearchQuerySchema = z.strictObject({
  attempt: attemptSchema,
  /** What is looked for inside one line, as a reader sees it. */
  q: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\0\r\n]*$/, 'is one line'),
  /** Upper and lower case are different. */
  case: switchSchema,
  /** `q` is a regular expression in RE2's syntax. */
  regex: switchSchema,
  /** Where to begin, as an earlier answer said. */
  from: cursorSchema,
  /** Most lines that are listed; all are counted. */
  limit: z.coerce.number().int().min(1).max(10_000).default(2_000),
});
export type LogSearchQuery = z.infer<typeof logSearchQuerySchema>;

export const logSearchSchema = z.object({
  /** Lines found from `from` to where the search ended. */
  count: z.number().int(),
  /** Ordinal of the step and number of the line in it, from 1; in the order in which they were printed. */
  found: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** `from` of the search that lists what was counted and not listed; null when all is listed. */
  listFrom: z.number().int().nullable(),
  /** `from` of the search that goes on where time ran out; null when everything stored was searched. */
  next: z.number().int().nullable(),
  /** Lines of which only the beginning was looked at, because they are too long for the regular expression. */
  cutLines: z.number().int(),
  searchedLines: z.number().int(),
  totalLines: z.number().int(),
});
export type LogSearchAnswer = z.infer<typeof logSearchSchema>;

export const logFollowQuerySchema = z.strictObject({
  attempt: attemptSchema,
  from: cursorSchema,
  /** Events of one entry each, with a cursor to resume by, or what the steps print and nothing else. */
  format: z.enum(['events', 'text']).default('events'),
});
export type LogFollowQuery = z.infer<typeof logFollowQuerySchema>;
