import type { Digest, RepositoryName } from '@cooperage/domain';
import { projectAnnotation } from './format/media-types.js';

/** What stock cosign needs to know of one of our images. */
export interface CosignTarget {
  /** `host` or `host:port`, as people reach the registry. */
  readonly host: string;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** Address (https) or file of the public key. */
  readonly key: string;
  readonly project: string;
  /** Whether the registry speaks plain http. */
  readonly plainHttp?: boolean;
}

/** A command to run or to paste; `notes` say why it holds a flag that looks dangerous. */
export interface CosignCommand {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  /** For a POSIX shell. */
  readonly text: string;
  readonly notes: readonly { readonly flag: string; readonly why: string }[];
}

const noLog = {
  flag: '--insecure-ignore-tlog=true',
  why: 'The signature is not in a public transparency log; the key alone decides.',
} as const;
const plainHttp = {
  flag: '--allow-http-registry=true',
  why: 'This registry speaks plain http.',
} as const;

/** `cosign verify`, pinned to the digest and the project. Without the annotation a copy elsewhere would pass. */
export function cosignVerify(target: CosignTarget): CosignCommand {
  return command(target, ['verify', '--key', target.key, '-a', `${projectAnnotation}=${target.project}`]);
}

/** `cosign verify-attestation` of the provenance, pinned to the digest. It prints the provenance, to be read. */
export function cosignVerifyAttestation(target: CosignTarget): CosignCommand {
  return command(target, ['verify-attestation', '--key', target.key, '--type', 'slsaprovenance1']);
}

/** `cosign tree`: all that lies beside the image, whoever put it there. It proves nothing by itself. */
export function cosignTree(target: CosignTarget): CosignCommand {
  return command(target, ['tree'], []);
}

function command(
  target: CosignTarget,
  start: readonly string[],
  flags: readonly CosignCommand['notes'][number][] = [noLog],
): CosignCommand {
  const notes = [...flags, ...(target.plainHttp ? [plainHttp] : [])];
  const image = `${target.host}/${target.repository}@${target.digest}`;
  const args = [...start, ...notes.map((note) => note.flag), image];
  return { args, text: ['cosign', ...args].map(quoted).join(' '), notes };
}

/** Single quotes keep everything in a POSIX shell but themselves. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
