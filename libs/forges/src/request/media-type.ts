import { type RawHeaders, Refusal } from '../delivery.js';
import { headerOf } from './headers.js';

export type BodyForm = 'json' | 'form';

const forms: Readonly<Record<string, BodyForm>> = {
  'application/json': 'json',
  'application/x-www-form-urlencoded': 'form',
};

/**
 * How the body is written. Only JSON and forms in UTF-8 are read, and nothing that is compressed: a small body that
 * unfolds into a large one has no place at this door (S-007).
 * @throws {Refusal} `unsupported_media_type`
 */
export function bodyFormOf(headers: RawHeaders): BodyForm {
  const encoding = headers['content-encoding'] || 'identity';
  if (String(encoding).toLowerCase() !== 'identity')
    throw new Refusal('unsupported_media_type', 'The body must not be compressed.');
  const [type = '', ...parameters] = (headerOf(headers, 'content-type') ?? '').toLowerCase().split(';');
  const form = Object.hasOwn(forms, type.trim()) ? forms[type.trim()] : undefined;
  if (form === undefined || !parameters.every(isHarmlessParameter))
    throw new Refusal('unsupported_media_type', 'The body must be application/json or a form, in UTF-8.');
  return form;
}

function isHarmlessParameter(parameter: string): boolean {
  const [name, value] = parameter.split('=', 2).map((part) => part.trim());
  return name !== 'charset' || /^"?utf-?8"?$/.test(value ?? '');
}
