import { z } from 'zod';

/** A format from a plain function. @param read throws a TypeError with a sentence that does not repeat the text. */
export function format<T>(read: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof TypeError ? error.message : 'cannot be read' });
      return z.NEVER;
    }
  });
}
