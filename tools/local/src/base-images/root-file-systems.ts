import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LauncherError } from '../output.ts';
import { run } from '../processes/command.ts';
import { findMirror, readSourceFiles } from '../toolchain/apt-sources.ts';
import { KEYRING } from '../toolchain/debian-host.ts';
import type { Tools } from '../toolchain/tools.ts';

export const DEBIAN_RELEASE = 'bookworm';

/** A minimal Debian as a tar, made from signed packages of the machine's own mirror. */
export async function makeDebian(tools: Tools, tar: string): Promise<void> {
  const mirror = findMirror(readSourceFiles(), DEBIAN_RELEASE) ?? 'http://deb.debian.org/debian';
  const parameters = [
    '--quiet',
    '--variant=minbase',
    `--keyring=${KEYRING}`,
    '--format=tar',
    DEBIAN_RELEASE,
    tar,
    mirror,
  ];
  await run(tools.path('mmdebstrap'), parameters, { env: tools.environment() });
}

/** A file system of one static program with a link for each of its commands. */
export async function makeBusybox(tools: Tools, tar: string, workFolder: string): Promise<void> {
  const root = path.join(workFolder, 'busybox');
  for (const folder of ['bin', 'etc', 'root', 'home', 'var']) mkdirSync(path.join(root, folder), { recursive: true });
  mkdirSync(path.join(root, 'tmp'), { mode: 0o1777 });
  copyFileSync(tools.path('busybox'), path.join(root, 'bin/busybox'));
  const { stdout } = await run(tools.path('busybox'), ['--list']);
  const commands = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  if (!commands.includes('sh')) throw new LauncherError('the static busybox brings no shell');
  for (const name of commands) symlinkSync('busybox', path.join(root, 'bin', name));
  writeFileSync(
    path.join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  );
  writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n');
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await run('tar', [...fixed, '-cf', tar, '-C', root, '.']);
}
