/** One word of a shell command that is shown for copying. */
export function shellWord(value: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A call of the API, as somebody makes it from a terminal. */
export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  /** For what only a person may do: the session instead of a token. */
  readonly asPerson?: boolean;
}

/** The command that fetches what a page shows. The token comes from the reader's environment, never from the page. */
export function curlCommand(origin: string, path: string): string {
  return curlCall(origin, { path });
}

/** A call as a command; what proves who calls comes from the reader's environment. */
export function curlCall(origin: string, { method = 'GET', path, body, asPerson = false }: ApiCall): string {
  const proof = asPerson ? '--cookie "$COOPERAGE_COOKIE"' : '-H "Authorization: Bearer $COOPERAGE_TOKEN"';
  const sent = [
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${shellWord(JSON.stringify(body))}`]),
  ];
  return ['curl -fsS', proof, ...sent, shellWord(`${origin}/api/v1${path}`)].join(' ');
}
