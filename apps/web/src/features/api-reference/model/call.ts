import { shellWord } from '../../../lib/format/shell';
import type { Operation } from './api-document';

/** What a reader has filled in, by the parameter's name. Empty is not sent. */
export type Values = Readonly<Record<string, string>>;

/** The address of a call: parameters of the path filled in, those of the query behind it. Missing ones keep their braces. */
export function callAddress(operation: Pick<Operation, 'path' | 'parameters'>, values: Values): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (braces, name: string) =>
    values[name] ? encodeURIComponent(values[name]).replaceAll('%3A', ':') : braces,
  );
  const query = new URLSearchParams();
  for (const { name, in: place } of operation.parameters)
    if (place === 'query' && values[name]) query.set(name, values[name]);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Parameters without which the call cannot be made. */
export function missingOf({ parameters }: Pick<Operation, 'parameters'>, values: Values): string[] {
  return parameters
    .filter(({ name, required, in: place }) => (required || place === 'path') && !values[name])
    .map(({ name }) => name);
}

/** The call for a terminal. Token and address come from the reader's environment. */
export function curlOf(operation: Operation, values: Values, body: string | null): string {
  const lines = [`curl -fsS${operation.method === 'GET' ? '' : ` -X ${operation.method}`}`];
  if (operation.access === 'person or token') lines.push('-H "Authorization: Bearer $COOPERAGE_TOKEN"');
  if (operation.access === 'person') lines.push('--cookie "$COOPERAGE_SESSION"');
  if (operation.access === 'registry password') lines.push('-u "x:$COOPERAGE_TOKEN"');
  if (body !== null) lines.push("-H 'Content-Type: application/json'", `-d ${shellWord(body)}`);
  lines.push(`"$COOPERAGE_URL"${shellWord(callAddress(operation, values))}`);
  return lines.join(' \\\n  ');
}
