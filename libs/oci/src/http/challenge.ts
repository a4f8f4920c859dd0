/** What a registry asks for in `WWW-Authenticate` (RFC 9110 §11, Docker's token authentication). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined };

const maxLength = 4_096;
const parameter = /\s*([a-zA-Z_]+)=(?:"([^"\\]*)"|([^\s",]+))\s*(?:,|$)/y;

/** The first challenge that we can answer; null when there is none. Linear in the header's length. */
export function parseChallenge(header: string | undefined): Challenge | null {
  if (header === undefined || header.length > maxLength) return null;
  const start = /(?:^|,)\s*(Basic|Bearer)(?:\s+|$)/i.exec(header);
  if (!start) return null;
  if (start[1]!.toLowerCase() === 'basic') return { scheme: 'basic' };
  const parameters = readParameters(header, start.index + start[0].length);
  const realm = parameters.get('realm');
  return realm ? { scheme: 'bearer', realm, service: parameters.get('service') } : null;
}

function readParameters(header: string, from: number): Map<string, string> {
  const found = new Map<string, string>();
  parameter.lastIndex = from;
  for (let match = parameter.exec(header); match; match = parameter.exec(header)) {
    const name = match[1]!.toLowerCase();
    if (!found.has(name)) found.set(name, match[2] ?? match[3]!);
  }
  return found;
}
