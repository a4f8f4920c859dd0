import type { LogNotice } from './log-entry.js';

/** A notice as the data of an entry: JSON in UTF-8. */
export function encodeLogNotice(notice: LogNotice): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(notice));
}

/** @returns `undefined` for bytes that are no notice this version knows, so that older readers pass over newer ones. */
export function decodeLogNotice(data: Uint8Array): LogNotice | undefined {
  const value = parse(data);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  switch (fields.code) {
    case 'clipped':
      return typeof fields.droppedBytes === 'number' && typeof fields.limitBytes === 'number'
        ? { code: 'clipped', droppedBytes: fields.droppedBytes, limitBytes: fields.limitBytes }
        : undefined;
    case 'message':
      return typeof fields.text === 'string' ? { code: 'message', text: fields.text } : undefined;
    case 'attempt_lost':
      return typeof fields.reason === 'string' ? { code: 'attempt_lost', reason: fields.reason } : undefined;
    default:
      return undefined;
  }
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}
