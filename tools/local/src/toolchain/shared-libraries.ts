import path from 'node:path';
import { attempt } from '../processes/command.ts';

/** Libraries whose package is not named after them. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'libcrypto.so.3': 'libssl3',
  'libdb-5.3.so': 'libdb5.3',
  'liblua5.1-bitop.so.0': 'lua-bitop',
  'liblua5.1-cjson.so.0': 'lua-cjson',
};

/**
 * Names of the package that may hold a shared library, by Debian's rule (policy manual, section 8.1): `libfoo.so.1` is in
 * `libfoo1`, `libfoo2.so.1` in `libfoo2-1`. Those that changed with the 64-bit time of 2024 end in `t64`; they come first.
 */
export function packagesOfLibrary(library: string): readonly string[] {
  const [, base = library, version = ''] = /^(.+)\.so\.(.+)$/.exec(library) ?? [];
  const name = base.toLowerCase().replaceAll('_', '-');
  const byRule = /\d$/.test(name) ? `${name}-${version}` : `${name}${version}`;
  const found = EXCEPTIONS[library] ?? byRule;
  return [`${found}t64`, found];
}

/** Libraries by name that a program asks for and the loader does not find, also looking into `folder`. */
export async function missingLibraries(program: string, folder?: string): Promise<string[]> {
  const env = { PATH: process.env.PATH, ...(folder && { LD_LIBRARY_PATH: folder }) };
  const { stdout } = await attempt('ldd', [program], { env });
  return [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] as string);
}

/**
 * Writes the folder into a program as its own search path, relative to where it lies. A variable would be lost in
 * programs that start themselves again with an empty environment.
 */
export async function setLibraryPath(patchelf: string, program: string, folder: string): Promise<void> {
  const relative = path.relative(path.dirname(program), folder);
  const { code, stderr } = await attempt(patchelf, ['--force-rpath', '--set-rpath', `$ORIGIN/${relative}`, program]);
  if (code !== 0) throw new Error(`the library path of ${program} could not be set: ${stderr}`);
}
