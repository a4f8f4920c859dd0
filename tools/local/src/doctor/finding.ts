/** `ready`: there. `obtainable`: `./cooperage up` gets it by itself. `missing`: a person has to do something. */
export type State = 'ready' | 'obtainable' | 'missing';

/** What `./cooperage doctor` says of one part. */
export interface Finding {
  readonly part: string;
  readonly state: State;
  /** Where it was found, or where it will come from. */
  readonly where: string;
  readonly version?: string;
  /** What to do, or what to know. */
  readonly advice?: string;
}

const MARKS: Readonly<Record<State, string>> = { ready: '✓', obtainable: '·', missing: '✗' };

export function findingLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map((finding) => finding.part.length));
  return findings.flatMap((finding) => {
    const version = finding.version ? `${finding.version}, ` : '';
    const line = `${MARKS[finding.state]} ${finding.part.padEnd(width)}  ${version}${finding.where}`;
    return finding.advice ? [line, `${' '.repeat(width + 4)}${finding.advice}`] : [line];
  });
}
