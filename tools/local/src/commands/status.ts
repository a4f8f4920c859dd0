import { parseArgs } from 'node:util';
import type { QueueView } from '@cooperage/contracts';
import { STATE } from '../checkout.ts';
import { withKeptToken } from '../first-push/account.ts';
import { type Api, ownApi } from '../first-push/api.ts';
import { newestImage } from '../first-push/newest-image.ts';
import { Instance } from '../parts/instance.ts';
import { stillRunning } from '../system/left-behind.ts';
import { readState, runningState, type SystemReport, type SystemState } from '../system/system-state.ts';

/** `./cooperage status [--json]`: the addresses of what runs. The exit code is 3 when nothing does. */
export async function status(parameters: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...parameters], options: { json: { type: 'boolean' } } });
  const running = runningState();
  const instance = new Instance(STATE);
  const api = running && withKeptToken(ownApi(instance, running.web), instance.secrets);
  const [known, foretold] = await Promise.all([running ? refreshed(running, api) : readState(), laneForetold(api)]);
  const left = running ? [] : stillRunning(instance);
  const away = running?.away ?? [];
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ running: running !== undefined, away, left, ...report(known), foretold })}\n`,
    );
  else process.stdout.write(`${[...lines(running && known, left), ...foretoldLines(foretold)].join('\n')}\n`);
  return running ? 0 : 3;
}

/** The newest image of now; the one of the start where the service does not answer, or not to us. */
async function refreshed(state: SystemState, api: Api | undefined): Promise<SystemState> {
  const newest = await (api && newestImage(api, state.cosign))?.catch(() => undefined);
  return { ...state, ...newest };
}

/** That a second organization would send all builds into the lane of strangers; nothing where the service does not answer. */
async function laneForetold(api: Api | undefined): Promise<QueueView['foretold']> {
  const queue = await api?.get<QueueView>('/api/v1/queue').catch(() => undefined);
  return queue?.foretold ?? null;
}

function foretoldLines(foretold: QueueView['foretold']): string[] {
  return foretold ? ['', foretold.says, foretold.next] : [];
}

function report(state: SystemReport | undefined): Partial<SystemReport> {
  if (!state) return {};
  const { web, api, registry, git, image, cosign, verify } = state;
  return { web, api, registry, git, image, cosign, verify };
}

function lines(state: SystemState | undefined, left: readonly string[]): string[] {
  if (!state && left.length > 0)
    return [
      `its launcher has ended, and these still run: ${left.join(', ')}; ./cooperage up takes them over, down ends them`,
    ];
  if (!state) return ['nothing runs here; ./cooperage up starts it'];
  return [
    `${state.phase} since ${state.startedAt}`,
    ...state.away.map((name) => `away       ${name}: it has ended and is being started again`),
    `dashboard  ${state.web}`,
    `api        ${state.api}`,
    `registry   ${state.registry}`,
    `git        ${state.git}`,
    `image      ${state.image ?? 'none yet'}`,
  ];
}
