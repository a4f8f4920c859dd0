import type { IncomingHttpHeaders } from 'node:http';

/** Names of headers that prove something: whoever reads a signature could send the same body with it again. */
const secretHeader = /authorization|cookie|signature|token|secret|password|api-?key|credential/;
const maxHeaders = 64;
const maxValueLength = 1_024;

/** Headers of a delivery as they are kept and shown: bounded, and without what proves where they come from. */
export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && /^[a-z0-9-]{1,100}$/.test(name))
    .slice(0, maxHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, secretHeader.test(name) ? '***' : shown(value!)]));
}

function shown(value: string | string[]): string {
  return [value].flat().join(', ').slice(0, maxValueLength);
}
