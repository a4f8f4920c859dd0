import { existsSync, readFileSync } from 'node:fs';
import { writeAtomic } from '../files/atomic-file.ts';
import type { Daemon } from '../processes/daemon.ts';

/**
 * Leaves a running daemon alone when it was started with the same settings and answers; otherwise it is stopped, its
 * settings are written and it is started.
 * @param starting called and waited for when nothing of it runs any more, right before the start
 */
export async function ensureRunning(
  daemon: Daemon,
  settingsFile: string,
  settings: string,
  starting: () => void | Promise<void> = () => {},
): Promise<void> {
  const same = existsSync(settingsFile) && readFileSync(settingsFile, 'utf8') === settings;
  const running = daemon.running();
  if (running && same && (await daemon.isReady(running))) return;
  await daemon.stop();
  writeAtomic(settingsFile, settings, 0o600);
  await starting();
  await daemon.start();
}
