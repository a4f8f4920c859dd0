const outside = /^-- Outside of a transaction\b/;

/** Whether a migration says that it takes effect step by step, and may be begun anew after each. */
export function isOutside(script: string): boolean {
  return outside.test(script);
}

/**
 * What is sent to PostgreSQL of a migration: all of it at once, which is one transaction. One that begins with the comment
 * `-- Outside of a transaction` is sent statement by statement, since `CREATE INDEX CONCURRENTLY` takes no other way; each statement ends with
 * the line that it ends on. What such a migration has done stays when it fails, so it has to begin with clearing that away.
 */
export function statementsOf(script: string): readonly string[] {
  if (!isOutside(script)) return [script];
  return script.split(/(?<=;)[ \t]*\r?\n/).filter((statement) => statement.trim() !== '');
}
