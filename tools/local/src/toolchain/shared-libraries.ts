import path from 'node:path';
import { attempt } from '../processes/command.ts';

/** Packages that hold a shared library; names differ by release, the first that exists is taken. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'libassuan.so.0': ['libassuan0'],
  'libassuan.so.9': ['libassuan9'],
  'libatomic.so.1': ['libatomic1'],
  'libbpf.so.1': ['libbpf1'],
  'libcap.so.2': ['libcap2'],
  'libcrypto.so.3': ['libssl3t64', 'libssl3'],
  'libdb-5.3.so': ['libdb5.3t64', 'libdb5.3'],
  'libdevmapper.so.1.02.1': ['libdevmapper1.02.1'],
  'libelf.so.1': ['libelf1t64', 'libelf1'],
  'libgpg-error.so.0': ['libgpg-error0'],
  'libgpgme.so.11': ['libgpgme11t64', 'libgpgme11'],
  'libgpgme.so.45': ['libgpgme45'],
  'libhiredis.so.0.14': ['libhiredis0.14'],
  'libhiredis.so.1.1.0': ['libhiredis1.1.0'],
  'libip4tc.so.2': ['libip4tc2'],
  'libip6tc.so.2': ['libip6tc2'],
  'libjemalloc.so.2': ['libjemalloc2'],
  'liblua5.1-bitop.so.0': ['lua-bitop'],
  'liblua5.1-cjson.so.0': ['lua-cjson'],
  'liblua5.1.so.0': ['liblua5.1-0'],
  'liblzf.so.1': ['liblzf1'],
  'libmnl.so.0': ['libmnl0'],
  'libnetfilter_conntrack.so.3': ['libnetfilter-conntrack3'],
  'libnfnetlink.so.0': ['libnfnetlink0'],
  'libnftnl.so.11': ['libnftnl11'],
  'libseccomp.so.2': ['libseccomp2'],
  'libsqlite3.so.0': ['libsqlite3-0'],
  'libssl.so.3': ['libssl3t64', 'libssl3'],
  'libsubid.so.4': ['libsubid4'],
  'libsubid.so.5': ['libsubid5'],
  'libsystemd.so.0': ['libsystemd0'],
  'libtirpc.so.3': ['libtirpc3t64', 'libtirpc3'],
  'libudev.so.1': ['libudev1'],
  'libxtables.so.12': ['libxtables12'],
};

/** @throws {Error} naming a library that no known package holds. */
export function packagesOfLibrary(library: string): readonly string[] {
  const found = PACKAGES[library];
  if (!found) throw new Error(`no known Debian package holds the shared library ${library}`);
  return found;
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
