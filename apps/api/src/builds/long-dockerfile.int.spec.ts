import { type Comparison, type DockerfileChange, shownFileLength } from '@cooperage/contracts';
import type { BuildRecord } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { publish, pushImage } from '../../spec/published-image.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

const most = 1024 * 1024;
const lines = most / 4;
const file = `FROM a\n${'a b\n'.repeat(lines)}`;
const changed = `${file.slice(0, -4)}b c\n`;

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let good: BuildRecord;
let failed: BuildRecord;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  const worker = await TestWorker.start(world);
  good = await world.build(target);
  const { digest } = await pushImage(target, 'image');
  await publish(world, worker, good, digest, (attempt) => worker.attempts.describe(attempt, 'ref', file));
  failed = await world.build(target);
  const attempt = await worker.claim(failed);
  await worker.attempts.describe(attempt, 'ref', changed);
  const place = { file: 'Dockerfile', line: lines + 1 };
  await worker.attempts.failed(
    attempt,
    worker.instanceId,
    { code: 'DockerfileInvalid', message: 'unknown instruction: b', place },
    { retryable: false, attemptsLeft: false, pauseMs: 0 },
  );
});
afterAll(() => world.close());

const at = (path: string) => `/api/v1/builds/${failed.id}/dockerfile${path}`;

describe('R4-P4 a Dockerfile of 1 MiB', () => {
  it('R4-P4 is handed to its page by its beginning, its size, and the lines that failed', async () => {
    const answer = await owner.get<DockerfileChange>(at('/change'));
    expect(answer.text.length).toBeLessThan(3 * shownFileLength);
    const change = expectOk(answer);
    expect(change).toMatchObject({ bytes: changed.length, lines: lines + 1, truncated: true, syntax: null });
    expect(changed.startsWith(change.text)).toBe(true);
    expect(change.text.length).toBeGreaterThan(shownFileLength - 10);
    expect(change.failing).toEqual({ firstLine: lines - 2, lines: ['a b', 'a b', 'a b', 'b c'] });
    expect(change.against).toMatchObject({
      number: good.number,
      bytes: file.length,
      lines: lines + 1,
      truncated: true,
    });
    expect(change.firstDifference).toBe(lines + 1);
  });

  it('R4-P4 is compared by its beginning and the first line that differs', async () => {
    const answer = await owner.get<Comparison>(
      `/api/v1/projects/${target.project.id}/compare?a=${good.number}&b=${failed.number}`,
    );
    expect(answer.text.length).toBeLessThan(3 * shownFileLength);
    const { dockerfile } = expectOk(answer);
    expect(dockerfile).toMatchObject({
      ...{ a: { truncated: true, lines: lines + 1 }, b: { truncated: true, lines: lines + 1 } },
      firstDifference: lines + 1,
    });
  });

  it('R4-P4 is a download as a whole, which no browser takes for a page', async () => {
    const answer = await owner.get(at('/text?attempt=1'));
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(changed);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('content-length')).toBe(String(changed.length));
    expect((await owner.get(at('/text?attempt=2'))).status).toBe(404);
  });
});
