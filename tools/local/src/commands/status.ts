import { parseArgs } from 'node:util';
import { readState, runningState, type SystemReport } from '../system/system-state.ts';

/** `./cooperage status [--json]`: the addresses of what runs. The exit code is 3 when nothing does. */
export async function status(parameters: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...parameters], options: { json: { type: 'boolean' } } });
  const known = readState();
  const running = runningState();
  if (values.json) process.stdout.write(`${JSON.stringify({ running: running !== undefined, ...report(known) })}\n`);
  else process.stdout.write(`${lines(running).join('\n')}\n`);
  return running ? 0 : 3;
}

function report(state: SystemReport | undefined): Partial<SystemReport> {
  if (!state) return {};
  const { web, api, registry, git, image, cosign, verify } = state;
  return { web, api, registry, git, image, cosign, verify };
}

function lines(state: ReturnType<typeof runningState>): string[] {
  if (!state) return ['nothing runs here; ./cooperage up starts it'];
  return [
    `${state.phase} since ${state.startedAt}`,
    `dashboard  ${state.web}`,
    `api        ${state.api}`,
    `registry   ${state.registry}`,
    `git        ${state.git}`,
    `image      ${state.image ?? 'none yet'}`,
  ];
}
