import type { IncomingHttpHeaders } from 'node:http';

const secretHeaders = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-gitlab-token']);
const maxHeaders = 64;
const maxValueLength = 1_024;

/** Headers of a delivery as they are kept and shown: bounded, and without what is a credential by itself. */
export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && /^[a-z0-9-]{1,100}$/.test(name))
    .slice(0, maxHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, secretHeaders.has(name) ? '***' : shown(value!)]));
}

function shown(value: string | string[]): string {
  return [value].flat().join(', ').slice(0, maxValueLength);
}
