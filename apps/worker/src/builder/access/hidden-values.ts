import { BuildFailure, maxSecretBytes } from '@cooperage/domain';
import { type LogSecret, shortestSecretBytes } from '@cooperage/logs/write';
import type { SourceProject } from '@cooperage/source';

export interface ForeignRegistry {
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

export interface OpenedValues {
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly source: SourceProject;
  readonly registries: readonly ForeignRegistry[];
}

/** Credentials of the git host have a bound of their own, of less than this. */
const gitBytes = 65_536;

/**
 * Values that must not be read in what a build prints or reports, each with the name that stands in its place. Those too
 * short to be masked are left out: they would take ordinary text with them, and they protect nothing.
 * @throws {BuildFailure} `InvalidBuildConfig` when together they are more than may be stored: nothing could mask them all
 */
export function hiddenValues({ secrets, source, registries }: OpenedValues): LogSecret[] {
  const all: LogSecret[] = [
    ...[...secrets].map(([name, value]) => ({ name, value })),
    ...gitValues(source),
    ...registries.map(({ host, password }) => ({ name: `password of ${host}`, value: password })),
  ];
  const bytes = all.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0);
  if (bytes > maxSecretBytes + gitBytes)
    throw new BuildFailure(
      'InvalidBuildConfig',
      `The secrets and registry passwords of the project have ${bytes} bytes together; ${maxSecretBytes} are allowed.`,
    );
  return all.filter(({ value }) => Buffer.byteLength(value) >= shortestSecretBytes);
}

function gitValues({ credentials }: SourceProject): LogSecret[] {
  switch (credentials?.kind) {
    case 'basic':
      return [{ name: 'password of the git host', value: credentials.password }];
    case 'sshKey':
      return [{ name: 'deploy key', value: credentials.privateKey }];
    default:
      return [];
  }
}
