import { existsSync, readFileSync } from 'node:fs';
import { attempt } from '../processes/command.ts';
import { findProgram } from './find-program.ts';

export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export interface DebianHost {
  /** `bookworm`, `trixie`, … */
  readonly codename: string;
  /** Debian's name: `amd64`, `arm64`. */
  readonly architecture: string;
  /** `2.36` */
  readonly glibc: string;
}

/** @returns why Debian's packages are out of reach, as the rest of a sentence, where they are. */
export async function findDebianHost(): Promise<DebianHost | string> {
  const release = existsSync('/etc/os-release') ? parseOsRelease(readFileSync('/etc/os-release', 'utf8')) : {};
  const architecture = ARCHITECTURES[process.arch];
  if (release.ID !== 'debian' || !release.VERSION_CODENAME) return 'this is not Debian';
  if (!architecture) return `Debian's packages are not used on ${process.arch}`;
  for (const program of ['apt-get', 'apt-cache', 'dpkg-deb']) if (!findProgram(program)) return `${program} is missing`;
  if (!existsSync(KEYRING)) return 'the package debian-archive-keyring is missing';
  const { stdout } = await attempt('getconf', ['GNU_LIBC_VERSION']);
  return { codename: release.VERSION_CODENAME, architecture, glibc: stdout.trim().split(' ')[1] ?? '0' };
}

export function parseOsRelease(text: string): Readonly<Record<string, string>> {
  const lines = text.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm);
  return Object.fromEntries([...lines].map(([, key, , value]) => [key, value]));
}
