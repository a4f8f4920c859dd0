import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeAtomic, writeJson } from '../files/atomic-file.ts';
import { LauncherError } from '../output.ts';
import { run } from '../processes/command.ts';
import type { Webhook } from './deliver.ts';

const HOOK_SCRIPT = path.join(import.meta.dirname, 'post-receive.ts');
/** Beside git's own files in the repository's folder; the server hands out none of them by name. */
const WEBHOOK_FILE = 'cooperage-webhook.json';
export const REPOSITORY_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Makes a bare repository, or brings the one that is there up to date. @returns its folder. */
export async function ensureRepository(root: string, name: string): Promise<string> {
  if (!REPOSITORY_NAME.test(name)) throw new LauncherError(`"${name}" cannot be the name of a repository`);
  const folder = path.join(root, `${name}.git`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  if (!existsSync(path.join(folder, 'HEAD')))
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', '--template=', folder]);
  // A push that carries broken objects is refused before anybody builds them.
  await run('git', ['-C', folder, 'config', 'receive.fsckObjects', 'true']);
  await run('git', ['-C', folder, 'config', 'http.receivepack', 'true']);
  installHook(folder);
  return folder;
}

export function writeWebhook(folder: string, webhook: Webhook): void {
  writeJson(path.join(folder, WEBHOOK_FILE), webhook, 0o600);
}

export function readWebhook(folder: string): Webhook | undefined {
  return readJson<Webhook>(path.join(folder, WEBHOOK_FILE));
}

function installHook(folder: string): void {
  const hook = path.join(folder, 'hooks/post-receive');
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', HOOK_SCRIPT].map(quote).join(' ');
  writeAtomic(hook, `#!/bin/sh\nexec ${command}\n`);
  chmodSync(hook, 0o755);
}

/** A word of a shell script: nothing inside of single quotes has a meaning. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
