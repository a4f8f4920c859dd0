import { attempt } from '../processes/command.ts';

const VERDICT_WITHIN_MS = 120_000;
const SHOWN_LINES = 6;

export interface Verdict {
  /** `cosign verify` or `cosign verify-attestation`. */
  readonly command: string;
  readonly ok: boolean;
  /** cosign's own words. */
  readonly said: readonly string[];
}

/** Runs the stock cosign; a wrong signature is an answer and no error. */
export async function cosignVerdict([program = '', ...parameters]: readonly string[]): Promise<Verdict> {
  const { code, stderr } = await attempt(program, parameters, { timeoutMs: VERDICT_WITHIN_MS });
  return {
    command: `cosign ${parameters[0]}`,
    ok: code === 0,
    said: code === 0 ? checksOf(stderr) : problemOf(stderr),
  };
}

export function verdictLines({ command, ok, said }: Verdict): string[] {
  return [`${ok ? '✓' : '✗'} ${command}: ${ok ? 'verified' : 'NOT verified'}`, ...said.map((line) => `    ${line}`)];
}

/** cosign lists what it checked, each behind a dash. */
function checksOf(stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => /^\s+- /.test(line));
  return lines.map((line) => line.trim().slice(2));
}

function problemOf(stderr: string): string[] {
  return stderr.trim().split('\n').slice(-SHOWN_LINES);
}
