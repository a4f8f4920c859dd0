import { spawn } from 'node:child_process';
import { testEnvironment } from '../test-run/checks.ts';

/** Whatever it prints is shown as it comes; at an interrupt it ends what it has started, and is waited for. @returns its exit code */
export function runOnServices(
  script: string,
  parameters: readonly string[],
  servicesFile: string,
  signal: AbortSignal,
): Promise<number> {
  const env = { ...testEnvironment(), COOPERAGE_TEST_SERVICES: servicesFile };
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...parameters], { env, stdio: 'inherit' });
  const interrupt = () => child.kill('SIGTERM');
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
