import { chownSync } from 'node:fs';
import { attempt } from '../../processes/command.ts';

/** Any id but 0 will do: inside its name space the server must not see itself as root. */
const MAPPED_ID = '1000';
/** `nobody`, for hosts that allow no user name spaces. */
const FALLBACK_ID = 65534;

/** The checkout may lie below a folder that is root's alone. */
const KEEP_FOLDERS_OPEN = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];

export interface Runner {
  readonly program: string;
  readonly parameters: readonly string[];
  /** Gives a file or folder to the user that the server runs as. */
  own(file: string): void;
}

/**
 * PostgreSQL refuses to run as root. A user name space in which root has another number satisfies it without a further
 * account and without opening parent folders; where the kernel forbids that, it runs as `nobody`.
 */
export async function unprivilegedRunner(): Promise<Runner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const inNamespace = ['--user', `--map-user=${MAPPED_ID}`, `--map-group=${MAPPED_ID}`];
  const works = (await attempt('unshare', [...inNamespace, 'true'])).code === 0;
  if (works) return { program: 'unshare', parameters: inNamespace, own: () => {} };
  const asNobody = [`--reuid=${FALLBACK_ID}`, `--regid=${FALLBACK_ID}`, '--clear-groups', ...KEEP_FOLDERS_OPEN];
  return { program: 'setpriv', parameters: asNobody, own: giveToNobody };
}

function giveToNobody(file: string): void {
  chownSync(file, FALLBACK_ID, FALLBACK_ID);
}
