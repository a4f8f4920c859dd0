import { z } from 'zod';
import { format } from './format.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logLevel = z.enum(logLevels, `is one of ${logLevels.join(', ')}`);

const engines = ['buildkit', 'buildah'] as const;

export const engine = z.enum(engines, `is one of ${engines.join(', ')}`);

const lanes = ['trusted', 'strangers'] as const;

export const lane = z.enum(lanes, `is one of ${lanes.join(', ')}`);

const creators = ['administrators', 'everybody'] as const;

export const organizationCreation = z.enum(creators, `is one of ${creators.join(', ')}`);

export const yesOrNo = format((text) => {
  if (['true', '1', 'yes'].includes(text.toLowerCase())) return true;
  if (['false', '0', 'no'].includes(text.toLowerCase())) return false;
  throw new TypeError('is true or false');
});

/** A whole number in decimal digits, both bounds included. */
export function whole(min: number, max: number): z.ZodType<number, string> {
  return format((text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new TypeError(`is a whole number from ${min} to ${max}`);
    return value;
  });
}

/** 0 lets the system choose a free port. */
export const port = whole(0, 65_535);

export function pattern(regularExpression: RegExp, sentence: string): z.ZodType<string, string> {
  return z.string().regex(regularExpression, sentence);
}

export const email = z.email('is a mail address');

/** Parts between commas, trimmed, without empty ones. */
export function list(part: z.ZodType<string, string>): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) => splitList(text))
    .pipe(z.array(part));
}

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const absolutePath = pattern(/^\/[^\0]*$/, 'is an absolute path');
