const outside = /^-- Outside of a transaction\b/;

/**
 * What is sent to PostgreSQL of a migration: all of it at once, which is one transaction. One that begins with the comment
 * `-- Outside of a transaction` is sent statement by statement, since `CREATE INDEX CONCURRENTLY` takes no other way; each statement ends with
 * the line that it ends on. What such a migration has done stays when it fails, so it has to begin with clearing that away.
 */
export function statementsOf(script: string): readonly string[] {
  if (!outside.test(script)) return [script];
  return script.split(/(?<=;)[ \t]*\r?\n/).filter((statement) => statement.trim() !== '');
}
