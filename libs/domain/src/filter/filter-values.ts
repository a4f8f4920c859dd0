/** What a value means, or a sentence that says what it should have been. */
export type ReadValue<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const value = <T>(read: T): ReadValue<T> => ({ ok: true, value: read });
const wrong = (message: string): ReadValue<never> => ({ ok: false, message });

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** Ten years: beyond any list. */
const maxMs = 3650 * unitMs.d;

/** `90s`, `5m`, `2h`, `7d`, `2w`, in milliseconds. */
export function readDuration(text: string): ReadValue<number> {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  if (!match) return wrong('a number and s, m, h, d or w, for example 7d');
  return value(Math.min(Number(match[1]) * unitMs[match[2] as keyof typeof unitMs], maxMs));
}

/** How long: above or below a duration. */
export interface DurationBound {
  readonly than: 'longer' | 'shorter';
  readonly ms: number;
}

/** `>5m` or `<30s`. */
export function readDurationBound(text: string): ReadValue<DurationBound> {
  if (text[0] !== '>' && text[0] !== '<') return wrong('> or < and a duration, for example >5m');
  const read = readDuration(text.slice(1));
  return read.ok ? value({ than: text[0] === '>' ? 'longer' : 'shorter', ms: read.value }) : read;
}

/** A moment: so long ago, or a day in UTC. */
export type Since = { readonly agoMs: number } | { readonly day: string };

/** `7d` or `2026-11-20`. */
export function readSince(text: string): ReadValue<Since> {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const day = Date.parse(`${text}T00:00:00Z`);
    const real = !Number.isNaN(day) && new Date(day).toISOString().startsWith(text);
    return real ? value({ day: text }) : wrong('no such day');
  }
  const read = readDuration(text);
  return read.ok ? value({ agoMs: read.value }) : wrong('a duration such as 7d, or a day such as 2026-11-20');
}

/** One of a closed list of words; a near miss is named. */
export function readWord<const T extends string>(text: string, words: readonly T[]): ReadValue<T> {
  const found = words.find((word) => word === text);
  return found === undefined ? wrong(`one of ${words.join(', ')}`) : value(found);
}

export function readYesNo(text: string): ReadValue<boolean> {
  const read = readWord(text, ['yes', 'no']);
  return read.ok ? value(read.value === 'yes') : read;
}

/** The first digits of something in lower-case hex, as a range: `from` is in it, `below` is not. */
export interface HexRange {
  readonly from: string;
  readonly below: string;
}

/** `g` follows `f` in the order of hex digits, so a prefix is a range and nobody needs patterns. */
export function readHexRange(text: string, prefix: '' | 'sha256:' = ''): ReadValue<HexRange> {
  const digits = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  if (!/^[0-9a-f]{7,64}$/.test(digits)) return wrong(`${prefix}at least 7 digits in lower-case hex`);
  return value({ from: `${prefix}${digits}`, below: `${prefix}${digits}g` });
}

/** Any text that can be searched for: no NUL, nothing that hides. */
export function readText(text: string): ReadValue<string> {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) ? wrong('text without control characters') : value(text);
}
