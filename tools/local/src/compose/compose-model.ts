import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { attempt } from '../processes/command.ts';
import { findTools } from '../toolchain/find-tools.ts';
import { COMPOSE, DOCKER } from '../toolchain/tool-list.ts';

/** Of the model that Docker Compose makes of its file, what the rules look at. https://github.com/compose-spec/compose-spec */
export interface ComposeModel {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: {
    readonly dockerfile: string;
    readonly target?: string;
    readonly args?: Readonly<Record<string, string>>;
  };
  readonly command?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string | null>>;
  /** Of the processes of its container: `uid:gid`, or a name of its image. */
  readonly user?: string;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly network_mode?: string;
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly volumes?: readonly { readonly source?: string; readonly target: string; readonly read_only?: boolean }[];
  readonly secrets?: readonly unknown[];
  readonly tmpfs?: readonly string[];
  readonly privileged?: boolean;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly healthcheck?: unknown;
}

export const COMPOSE_FILE = path.join(CHECKOUT, 'docker-compose.yml');

/**
 * Lets Docker Compose read a file whole, with every setting of `.env.example` filled in, profiles included.
 * @param others settings that `.env.example` only names
 * @throws {Error} with what Compose says of it; a variable that is not set is only a warning to Compose, and an error here
 */
export async function readComposeFile(
  file = COMPOSE_FILE,
  others: Readonly<Record<string, string>> = {},
): Promise<ComposeModel> {
  const compose = (await findTools(DOCKER)).path(COMPOSE);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...exampleSettings(), ...others };
  // An .env of this checkout must not decide what is found.
  const parameters = ['--env-file', '/dev/null', '--file', file, '--profile', '*', 'config', '--format', 'json'];
  const { code, stdout, stderr } = await attempt(compose, parameters, { env });
  if (code !== 0 || stderr.trim() !== '') throw new Error(`${stdout}${stderr}`);
  return JSON.parse(stdout) as ComposeModel;
}

function exampleSettings(): Record<string, string> {
  const lines = readFileSync(path.join(CHECKOUT, '.env.example'), 'utf8').split('\n');
  const settings = lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split('=', 2) as [string, string]);
  return Object.fromEntries(settings.map(([name, value]) => [name, value || 'filled-in']));
}
