import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import { runtimeScript } from './step-output.js';
import type { Store } from './stores.js';

/** What the folder of a run is made from. */
export interface RunFolderOptions {
  /** It is made there. */
  readonly path: string;
  readonly request: BuildRequest;
  readonly store: Store;
  readonly runc: string;
  /** Marks what the runtime says, so that no step can say it. */
  readonly mark: string;
  /** `auth.json` of containers/image, and `registries.conf`. */
  readonly auth: string;
  readonly registries: string;
}

/**
 * Everything that one run of buildah reads beside its store, private to the worker's user: the Dockerfile, secrets and
 * credentials as files, its own settings. None of the machine's own settings is read.
 */
export class RunFolder {
  private constructor(
    readonly path: string,
    private readonly secretFiles: ReadonlyMap<string, string>,
  ) {}

  static make({ path, request, store, runc, mark, auth, registries }: RunFolderOptions): RunFolder {
    const names = [...request.secrets.keys()];
    const folder = new RunFolder(path, new Map(names.map((name, index) => [name, join(path, 'secrets', `${index}`)])));
    for (const each of [path, join(path, 'secrets'), folder.home]) mkdirSync(each, { mode: 0o700 });
    const write = (file: string, content: string | Uint8Array, mode = 0o600) => writeFileSync(file, content, { mode });
    write(folder.ignoreFile, '');
    write(folder.policy, policy(store));
    write(join(path, 'registries.conf'), registries);
    write(join(path, 'auth.json'), auth);
    write(join(path, 'containers.conf'), '');
    write(join(path, 'storage.conf'), `[storage]\ndriver = "${store.driver}"\n`);
    write(folder.runtime, runtimeScript(runc, mark), 0o700);
    for (const [name, value] of request.secrets) write(folder.secretFile(name), value);
    return folder;
  }

  get context(): string {
    return join(this.path, 'context');
  }
  get dockerfile(): string {
    return join(this.path, 'Dockerfile');
  }
  /** Empty: ignore files were applied already, by a matcher that is exact. */
  get ignoreFile(): string {
    return join(this.path, 'ignore');
  }
  /** buildah writes the id of the finished image there. */
  get imageIdFile(): string {
    return join(this.path, 'image-id');
  }
  get policy(): string {
    return join(this.path, 'policy.json');
  }
  get runtime(): string {
    return join(this.path, 'runtime');
  }
  /** Where the tool stands, and what it takes for its user's home. Nothing is there. */
  get home(): string {
    return join(this.path, 'home');
  }

  secretFile(name: string): string {
    const file = this.secretFiles.get(name);
    if (file === undefined) throw new TypeError('there is no such secret');
    return file;
  }

  environment(searchPath: string, { temporary }: Store): Record<string, string> {
    return {
      ...{ PATH: searchPath, HOME: this.home, TMPDIR: temporary, LANG: 'C.UTF-8' },
      CONTAINERS_CONF: join(this.path, 'containers.conf'),
      CONTAINERS_REGISTRIES_CONF: join(this.path, 'registries.conf'),
      CONTAINERS_STORAGE_CONF: join(this.path, 'storage.conf'),
      REGISTRY_AUTH_FILE: join(this.path, 'auth.json'),
    };
  }

  writeDockerfile(content: Uint8Array): void {
    writeFileSync(this.dockerfile, content, { mode: 0o600 });
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Secrets are passed in a list of `key=value` between commas. @throws {BuildFailure} `InvalidBuildConfig` */
export function checkSecretNames({ secrets }: BuildRequest): void {
  for (const name of secrets.keys())
    if (!/^[\w.-]+$/.test(name))
      throw new BuildFailure('InvalidBuildConfig', `The secret ${JSON.stringify(name)} has no valid name.`);
}

/**
 * Images come from registries and from this store, never from another store or a path of the worker
 * (https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md).
 */
function policy({ driver, root }: Store): string {
  const accept = [{ type: 'insecureAcceptAnything' }];
  return JSON.stringify({
    default: [{ type: 'reject' }],
    transports: { docker: { '': accept }, 'containers-storage': { [`[${driver}@${root}]`]: accept } },
  });
}
