/** One thing that is wrong with the environment. */
export interface Problem {
  /** The variable to correct. */
  readonly name: string;
  /** Continues the variable's name to a sentence; never repeats a value. */
  readonly says: string;
}

/** Everything that is wrong with the environment of one process, at once. Its message holds no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(role: string, problems: readonly Problem[]) {
    const lines = problems.map((problem) => `  ${problem.name} ${problem.says}`);
    super(`the ${role} process cannot start with this configuration:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
