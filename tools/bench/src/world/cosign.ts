import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exportCosignKey, generateSigningKey, type SigningKey } from '@cooperage/signing';
import { runProgram } from './run-program.js';

const password = 'benchmark';
const nothing = ['--no-default-fulcio', '--no-default-rekor', '--no-default-tsa'];

/** Stock cosign with a key of its own, set up to sign offline as its documentation advises. */
export class Cosign {
  private constructor(
    readonly file: string,
    readonly key: SigningKey,
    private readonly folder: string,
    private readonly dockerConfig: string,
  ) {}

  /** @param dockerConfig folder with the `config.json` that holds the registry's token */
  static async prepare(file: string, folder: string, dockerConfig: string): Promise<Cosign> {
    await mkdir(folder, { recursive: true });
    const cosign = new Cosign(file, generateSigningKey(), folder, dockerConfig);
    await writeFile(cosign.keyFile, await exportCosignKey(cosign.key, password));
    await writeFile(cosign.publicKeyFile, cosign.key.publicKeyPem);
    await cosign.run(['signing-config', 'create', ...nothing, '--no-default-oidc', '--out', cosign.signingConfig]);
    await cosign.run(['trusted-root', 'create', ...nothing, '--no-default-ctfe', '--out', cosign.trustedRoot]);
    return cosign;
  }

  get keyFile(): string {
    return path.join(this.folder, 'cosign.key');
  }

  get publicKeyFile(): string {
    return path.join(this.folder, 'cosign.pub');
  }

  get signingConfig(): string {
    return path.join(this.folder, 'signing-config.json');
  }

  get trustedRoot(): string {
    return path.join(this.folder, 'trusted-root.json');
  }

  get environment(): Record<string, string> {
    const home = { HOME: this.folder, TUF_ROOT: path.join(this.folder, 'tuf') };
    return { PATH: process.env.PATH ?? '', ...home, COSIGN_PASSWORD: password, DOCKER_CONFIG: this.dockerConfig };
  }

  /** @throws {Error} with cosign's own words when it refuses */
  run(args: readonly string[]): Promise<string> {
    return runProgram({ file: this.file, args, env: this.environment });
  }

  /** The exactness check of both sides: signature and provenance, by the key alone. */
  async verify(image: string, publicKeyFile = this.publicKeyFile): Promise<void> {
    const how = ['--key', publicKeyFile, '--insecure-ignore-tlog=true', '--allow-http-registry=true'];
    await this.run(['verify', ...how, image]);
    await this.run(['verify-attestation', ...how, '--type', 'slsaprovenance1', image]);
  }
}
