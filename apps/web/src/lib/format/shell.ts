/** One word of a shell command that is shown for copying. */
export function shellWord(value: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** The command that fetches what a page shows. The token comes from the reader's environment, never from the page. */
export function curlCommand(origin: string, path: string): string {
  return `curl -fsS -H "Authorization: Bearer $COOPERAGE_TOKEN" ${shellWord(`${origin}/api/v1${path}`)}`;
}
