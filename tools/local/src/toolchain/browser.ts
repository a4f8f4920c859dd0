import { existsSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { LauncherError, say } from '../output.ts';
import { attempt, run } from '../processes/command.ts';
import { findProgram } from './find-program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const PLAYWRIGHT = path.join(CHECKOUT, 'node_modules/playwright-core/cli.js');

/** A browser of the Chromium family on this machine, or one that Playwright downloaded. */
export async function findBrowser(): Promise<string | undefined> {
  const installed = NAMES.map((name) => findProgram(name)).find((file) => file !== undefined);
  if (installed) return installed;
  if (existsSync(MAC)) return MAC;
  return playwrightBrowser();
}

/** Only tests need one. @throws {LauncherError} saying what to do when none can be had. */
export async function obtainBrowser(): Promise<string> {
  const found = await findBrowser();
  if (found) return found;
  if (process.getuid?.() === 0 && findProgram('apt-get')) await installWithApt();
  else await run(process.execPath, [PLAYWRIGHT, 'install', 'chromium']);
  const obtained = await findBrowser();
  if (!obtained) throw new LauncherError('no browser could be obtained: install Chromium or Google Chrome');
  return obtained;
}

async function installWithApt(): Promise<void> {
  say('· installing chromium by apt-get, for the tests with a real browser (about 100 MB)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  if ((await attempt('apt-get', install, { env })).code === 0) return;
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', install, { env });
}

async function playwrightBrowser(): Promise<string | undefined> {
  const script = "import('playwright-core').then(({ chromium }) => process.stdout.write(chromium.executablePath()))";
  const { stdout } = await attempt(process.execPath, ['-e', script], { cwd: path.join(CHECKOUT, 'e2e') });
  return stdout !== '' && existsSync(stdout) ? stdout : undefined;
}
