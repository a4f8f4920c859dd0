/** Lines of a text field, without blanks and empty ones. */
export function textLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `NAME=value` lines to build arguments. A line without a sign, or a name given twice, is named in `error`. */
export function parseBuildArgs(text: string): { args: Record<string, string>; error: string | null } {
  const args: Record<string, string> = {};
  for (const line of textLines(text)) {
    const at = line.indexOf('=');
    if (at < 1) return { args, error: `“${line}” is not NAME=value` };
    const name = line.slice(0, at);
    if (Object.hasOwn(args, name)) return { args, error: `${name} is there twice` };
    Object.defineProperty(args, name, { value: line.slice(at + 1), enumerable: true });
  }
  return { args, error: null };
}

export function formatBuildArgs(args: Readonly<Record<string, string>>): string {
  return Object.entries(args)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** A number field times its unit; null for an empty field. */
export function scaled(text: string, unit: number): number | null {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? null : Math.round(value * unit);
}
