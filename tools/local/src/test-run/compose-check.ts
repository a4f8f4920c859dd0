import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { attempt } from '../processes/command.ts';
import { findTools } from '../toolchain/find-tools.ts';
import { COMPOSE } from '../toolchain/tool-list.ts';

const FILE = path.join(CHECKOUT, 'docker-compose.yml');

/** Lets Docker Compose read `docker-compose.yml` whole, with every setting of `.env.example` filled in. @returns what is wrong. */
export async function composeProblem(): Promise<string | undefined> {
  const compose = (await findTools([COMPOSE])).path(COMPOSE.name);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...exampleSettings() };
  const { code, stdout, stderr } = await attempt(compose, ['--file', FILE, '--profile', '*', 'config', '--quiet'], {
    env,
  });
  // A variable that is not set is only a warning to Compose.
  return code === 0 && stderr.trim() === '' ? undefined : `${stdout}${stderr}`;
}

function exampleSettings(): Record<string, string> {
  const lines = readFileSync(path.join(CHECKOUT, '.env.example'), 'utf8').split('\n');
  const settings = lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split('=', 2) as [string, string]);
  return Object.fromEntries(settings.map(([name, value]) => [name, value || 'filled-in']));
}
