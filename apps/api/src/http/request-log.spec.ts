import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noteKnown, setCaller } from './caller.js';
import { ApiProblem } from './problem.js';
import { replyProblem } from './problem-reply.js';
import { createServer } from './server.js';
import { toProblem } from './to-problem.js';

let lines: Record<string, unknown>[];
let api: ReturnType<typeof createServer>['instance'];
beforeEach(() => {
  // All of a test is within one time, however slow the machine is.
  vi.useFakeTimers({ toFake: ['performance'] });
  lines = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ process: 'api', level: 'info', destination });
  api = createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger).instance;
  api.setErrorHandler((error, _request, reply) => replyProblem(reply, toProblem(error)));
  api.setNotFoundHandler((_request, reply) => replyProblem(reply, new ApiProblem('not_found')));
  const config = { access: 'write' } as const;
  const routes: Record<string, () => unknown> = {
    '/api/v1/hooks/:id': () => new ApiProblem('signature_invalid'),
    '/api/full': () => new ApiProblem('unavailable'),
    '/api/broken': () => new Error('ours'),
    '/api/done': () => undefined,
  };
  for (const [path, problem] of Object.entries(routes))
    api.post(path, { config }, async () => {
      const error = problem();
      if (error !== undefined) throw error;
      return 'done';
    });
  api.post('/api/known', { config }, async () => {
    setCaller('person:ada', 'ada');
    throw new ApiProblem('forbidden');
  });
  api.post('/api/v1/registry/token', { config }, async (request) => {
    noteKnown(request);
    throw new ApiProblem('rate_limited');
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await api.close();
});

const ask = async (url: string, times: number) => {
  for (let at = 0; at < times; at++) await api.inject({ method: 'POST', url });
};
const of = (status: number) => lines.filter((line) => line.message === 'request' && line.status === status).length;

describe('R13B-4 the log of requests', () => {
  it('R13B-4 holds a few refusals of strangers of each kind, and how many more there were', async () => {
    await ask('/api/x', 500);
    await ask('/api/v1/hooks/1', 300);
    await ask('/api/full', 100);
    expect(lines).toHaveLength(30);
    await api.close();
    const leftOut = lines.filter(({ level }) => level === 'warn').map(({ kind, leftOut }) => [kind, leftOut]);
    expect(leftOut).toEqual([
      ['404 other', 490],
      ['401 hooks', 290],
      ['503 other', 90],
    ]);
  });

  it.each([
    ['a failure of ours', '/api/broken', 500],
    ['what was done', '/api/done', 200],
    ['a refusal of a person', '/api/known', 403],
    ['a refusal of a token', '/api/v1/registry/token', 429],
  ])('R13B-4 leaves no line of %s out', async (_what, url, status) => {
    await ask('/api/x', 50);
    await ask(url, 50);
    expect(of(status)).toBe(50);
  });
});
