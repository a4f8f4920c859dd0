import type { IncomingHttpHeaders } from 'node:http';

/** Names of headers that prove something: whoever reads a signature could send the same body with it again. */
const secretHeader = /authorization|cookie|signature|token|secret|password|api-?key|credential/;
/** What tells which call it was and what the page of a delivery reads, the first ones before all others. */
const told = [
  /^(?:content-type|user-agent|idempotency-key|webhook-id|webhook-timestamp)$/,
  /^x-(?:github|gitlab|gitea|gogs|forgejo|hub)-(?:event|delivery|event-uuid|webhook-uuid|instance|event-type|hook-[a-z-]+)$/,
  secretHeader,
];
const maxHeaders = 64;
const maxValueLength = 1_024;
/** Of names and values, as they are stored. Forges send less than a fourth of it. */
const maxBytes = 4_096;
/** Stands among the headers where some were left out. No caller can say it: what is sent under this name is not kept. */
const note = 'cooperage-headers-left-out';
const noteBytes = 64;

/** Headers of a delivery as they are kept and shown: bounded, and without what proves where they come from. */
export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const sent = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && /^[a-z0-9-]{1,100}$/.test(name) && name !== note)
    .map(([name, value]): [string, string] => [name, secretHeader.test(name) ? '***' : shown(value!)]);
  const kept = fitting(sent, maxBytes - noteBytes);
  const leftOut = sent.length - kept.size;
  // In the order in which they came.
  const entries = sent.filter(([name]) => kept.has(name));
  return Object.fromEntries(leftOut > 0 ? [...entries, [note, String(leftOut)]] : entries);
}

/** Names of those that have room, what tells the most first. */
function fitting(sent: readonly [string, string][], room: number): Set<string> {
  const kept = new Set<string>();
  let left = room;
  for (const [name, value] of sent.toSorted(([a], [b]) => rankOf(a) - rankOf(b))) {
    // Quotes, colon, comma and two spaces are with it.
    const bytes = Buffer.byteLength(JSON.stringify([name, value])) + 3;
    if (kept.size === maxHeaders || bytes > left) continue;
    left -= bytes;
    kept.add(name);
  }
  return kept;
}

function rankOf(name: string): number {
  const rank = told.findIndex((names) => names.test(name));
  return rank === -1 ? told.length : rank;
}

function shown(value: string | string[]): string {
  return [value].flat().join(', ').slice(0, maxValueLength);
}
