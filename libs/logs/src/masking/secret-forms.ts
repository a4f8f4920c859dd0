import { base64Forms } from './base64-forms.js';
import { type LogSecret, shortestSecretBytes, shortestSecretLineBytes } from './secret.js';
import { jsonForms, urlForms } from './text-forms.js';
import { wrapped } from './wrapped.js';

/** Width at which `xxd -p` wraps. */
const hexWrapWidth = 60;

/** The frame of a PEM file is in every such file and no secret. */
const pemFrame = /^-----(?:BEGIN|END) [A-Z0-9 ]{1,64}-----$/;

/**
 * All byte strings by which a secret is recognised: the value as it is and without the white space around it, each also
 * as base64, hex, URL-encoded and JSON-escaped, and every longer line of a value of many lines.
 *
 * What no masker can know stays visible, and the README says so: a value that is reversed, encrypted, taken apart, has
 * colour codes inside or is wrapped at an unusual width.
 *
 * @throws {RangeError} for a value shorter than `shortestSecretBytes`.
 */
export function secretForms(secret: LogSecret): Buffer[] {
  return distinct([...secretFormsInParts(secret)].flat());
}

/** So many lines are written in all forms at a time. */
const linesAtOnce = 128;

/** As `secretForms`, in parts that take little time each; what one part has may come again in another. */
export function* secretFormsInParts(secret: LogSecret): Generator<Buffer[]> {
  const value = typeof secret.value === 'string' ? Buffer.from(secret.value) : Buffer.from(secret.value);
  if (value.length < shortestSecretBytes)
    throw new RangeError(`secret ${secret.name} is shorter than ${shortestSecretBytes} bytes and cannot be masked`);
  const enough = ({ length }: Buffer) => length >= shortestSecretBytes;
  const tight = trimmed(value);
  for (const whole of tight.length === value.length ? [value] : [value, tight])
    for (const formsOf of [writtenForms, base64s, hexForms]) yield distinct(formsOf(whole)).filter(enough);
  const parts = distinct(lines(value));
  for (let at = 0; at < parts.length; at += linesAtOnce)
    yield distinct(parts.slice(at, at + linesAtOnce).flatMap(writtenForms)).filter(enough);
}

/** The forms that leave most characters as they are. */
function writtenForms(value: Buffer): Buffer[] {
  return [value, ...[...urlForms(value), ...jsonForms(value)].map((form) => Buffer.from(form))];
}

function base64s(value: Buffer): Buffer[] {
  return base64Forms(value).map((form) => Buffer.from(form, 'latin1'));
}

function hexForms(value: Buffer): Buffer[] {
  const hex = value.toString('hex');
  const forms = [hex, ...wrapped(hex, hexWrapWidth)].flatMap((form) => [form, form.toUpperCase()]);
  return forms.map((form) => Buffer.from(form, 'latin1'));
}

function lines(value: Buffer): Buffer[] {
  const parts = value.toString('latin1').split(/[\r\n]/);
  if (parts.length < 2) return [];
  return parts
    .filter((part) => !pemFrame.test(part))
    .map((part) => trimmed(Buffer.from(part, 'latin1')))
    .filter(({ length }) => length >= shortestSecretLineBytes);
}

function trimmed(value: Buffer): Buffer {
  const isSpace = (byte: number | undefined) => byte === 32 || byte === 9 || byte === 10 || byte === 13;
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value[start])) start++;
  while (end > start && isSpace(value[end - 1])) end--;
  return value.subarray(start, end);
}

function distinct(forms: readonly Buffer[]): Buffer[] {
  return [...new Map(forms.map((form) => [form.toString('latin1'), form])).values()];
}
