import { z } from 'zod';

/** Characters of a Dockerfile that pages get; of a longer one they get its beginning. */
export const shownFileLength = 256 * 1024;

/** A Dockerfile as pages show it. All of it, however long, is a download. */
export const shownFileSchema = z.object({
  /** All of it, or its first `shownFileLength` characters. */
  text: z.string(),
  /** Of the whole file. */
  bytes: z.number().int(),
  lines: z.number().int(),
  /** The file is longer than `text`. */
  truncated: z.boolean(),
});
export type ShownFile = z.infer<typeof shownFileSchema>;
