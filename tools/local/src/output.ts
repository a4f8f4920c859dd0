/** Progress and answers for a person, one plain line each; standard output stays free for what programs read. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A fault that a person can mend: printed as its sentence, without a stack. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError';
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
