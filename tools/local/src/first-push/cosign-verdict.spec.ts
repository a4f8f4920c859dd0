import { describe, expect, it } from 'vitest';
import { cosignVerdict, verdictLines } from './cosign-verdict.ts';

/** A program that ends as it is told and has cosign's place. */
const program = (script: string) => [process.execPath, '-e', script];

describe('the verdict of cosign', () => {
  it('repeats what it has checked', async () => {
    const said = 'Verification for x --\nThe following checks were performed:\n  - The claims were validated\n';
    const verdict = await cosignVerdict(program(`process.stderr.write(${JSON.stringify(said)})`));
    expect(verdict).toMatchObject({ ok: true, said: ['The claims were validated'] });
    expect(verdictLines({ ...verdict, command: 'cosign verify' })).toEqual([
      '✓ cosign verify: verified',
      '    The claims were validated',
    ]);
  });

  it('is no when it ends with another code, and says why', async () => {
    const verdict = await cosignVerdict(program("console.error('Error: no matching signatures'); process.exit(10)"));
    expect(verdict).toMatchObject({ ok: false, said: ['Error: no matching signatures'] });
    expect(verdictLines(verdict)[0]).toContain('NOT verified');
  });

  it('is no when it is not there', async () => {
    expect(await cosignVerdict(['/nowhere/cosign', 'verify'])).toMatchObject({ command: 'cosign verify', ok: false });
  });
});
