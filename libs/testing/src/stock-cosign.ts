import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { registryToken } from './registry-token.js';
import { services } from './services.js';

const keyVariable = 'COSIGN_PUBLIC_KEY';

export interface SignedImage {
  /** Of the registry, with its port. */
  readonly host: string;
  readonly repository: string;
  readonly digest: string;
  readonly publicKeyPem: string;
  /** To pull with; one of the test registry where it is left out. */
  readonly token?: string;
}

/** What stock cosign says of an image by a key. @throws {Error} with cosign's own words when it refuses */
export function cosignSays(
  { host, repository, digest, publicKeyPem, token = registryToken(repository) }: SignedImage,
  verb: 'verify' | 'verify-attestation',
  ...more: readonly string[]
): Promise<string> {
  const how = ['--key', `env://${keyVariable}`, '--insecure-ignore-tlog=true', '--allow-http-registry=true'];
  const args = [verb, ...how, ...more, `${host}/${repository}@${digest}`];
  return runCosign(args, token, { [keyVariable]: publicKeyPem });
}

/** Runs stock cosign with these arguments and a token to pull. @throws {Error} with cosign's own words when it refuses */
export async function runCosign(
  args: readonly string[],
  token: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(services().tools.cosign!, [...args, '--registry-token', token], {
    env: { ...process.env, ...env },
  });
  return stdout;
}

/** Runs stock cosign in a folder, for somebody who may push to the repository and has this password for key files. */
export async function cosignAsStranger(repository: string, args: readonly string[], cwd: string): Promise<void> {
  const env = { ...process.env, COSIGN_PASSWORD: 'pw', HOME: cwd, TUF_ROOT: path.join(cwd, 'tuf') };
  const token = ['--registry-token', registryToken(repository, ['pull', 'push'])];
  const all = args[0] === 'generate-key-pair' ? args : [...args, ...token];
  await promisify(execFile)(services().tools.cosign!, all, { env, cwd });
}
