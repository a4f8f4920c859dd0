import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LauncherError } from '../../output.ts';
import { run } from '../../processes/command.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Runner } from './unprivileged.ts';

export const ADMIN = 'cooperage';

/** Makes a data folder once; a killed attempt leaves only a `.part` that the next one throws away. */
export async function ensureDataFolder(
  folder: string,
  password: string,
  binaries: PostgresBinaries,
  runner: Runner | undefined,
): Promise<void> {
  const versionFile = path.join(folder, 'PG_VERSION');
  if (existsSync(versionFile)) return refuseOtherVersion(folder, readFileSync(versionFile, 'utf8').trim(), binaries);
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  const passwordFile = `${part}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    await initialise(part, passwordFile, binaries, runner);
    renameSync(part, folder);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function initialise(
  folder: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  runner: Runner | undefined,
): Promise<void> {
  const parameters = [`--pgdata=${folder}`, `--username=${ADMIN}`, `--pwfile=${passwordFile}`];
  parameters.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C');
  runner?.own(folder);
  runner?.own(passwordFile);
  const command = [...(runner ? [runner.program, ...runner.parameters] : []), binaries.initdb, ...parameters];
  await run(command[0] as string, command.slice(1), { env: { PATH: process.env.PATH, LC_ALL: 'C' } });
}

function refuseOtherVersion(folder: string, found: string, binaries: PostgresBinaries): void {
  const major = binaries.version.split('.')[0];
  if (found !== major)
    throw new LauncherError(
      `${folder} was made by PostgreSQL ${found}, this checkout brings ${major}: set DATABASE_URL, or move that folder away`,
    );
}
