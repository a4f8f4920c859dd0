import type { LogIndexAnswer, LogSearchAnswer } from '@cooperage/contracts';
import type { BuildRecord } from '@cooperage/db';
import { buildStatuses, decodeLogEntries, isFinal, unpackDelta } from '@cooperage/domain';
import { query as run } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

const chunks = 40;
const linesOfChunk = 5_000;
const needles = [7, 99_999, 100_000, 199_999];

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;
let large: BuildRecord;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'hello' });
  worker = await TestWorker.start(world);
  large = await world.build(target);
  const attempt = await worker.claim(large);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const lines = Array.from({ length: linesOfChunk }, (_, at) => lineOf(chunk * linesOfChunk + at + 1));
    await worker.print(
      attempt,
      ...[0, 1, 2, 3, 4].map((part) => lines.slice(part * 1000, part * 1000 + 1000).join('')),
    );
  }
  await worker.finishLog(attempt);
});
afterAll(() => world.close());

function lineOf(number: number): string {
  if (needles.includes(number)) return `a \x1b[31mnee\x1b[0mdle in line ${number}\n`;
  return `line ${number} of a program that prints the same again and again and again\n`;
}

const search = (build: BuildRecord, parameters: Record<string, string>) =>
  owner.get<LogSearchAnswer>(`/api/v1/builds/${build.id}/log/search?${new URLSearchParams(parameters)}`);

describe('a search of a large log', () => {
  it('finds every line that a reader sees a text in, wherever it is, and counts exactly', async () => {
    const found = expectOk(await search(large, { q: 'NEEDLE' }));
    expect(found).toMatchObject({ count: 4, found: needles.map((line) => [1, line]), listFrom: null, next: null });
    expect(expectOk(await search(large, { q: 'NEEDLE', case: 'true' })).count).toBe(0);
  });

  it('counts all lines and lists some, and lists the others when asked', async () => {
    const first = expectOk(await search(large, { q: 'again', limit: '2000' }));
    let count = first.count;
    for (let next = first.next; next !== null; ) {
      const more = expectOk(await search(large, { q: 'again', limit: '1', from: String(next) }));
      count += more.count;
      next = more.next;
    }
    expect(count).toBe(chunks * linesOfChunk - needles.length);
    const listed = first.found.length;
    expect(listed).toBeGreaterThanOrEqual(2000);
    const then = expectOk(await search(large, { q: 'again', limit: '10', from: String(first.listFrom) }));
    expect(then.found[0]).toEqual([1, first.found.at(-1)![1] + 1]);
  });

  it('S-093 R3-N2 takes patterns of a linear engine only, of a size that it can bear, and ends in time', async () => {
    expect(expectOk(await search(large, { q: '^a needle in line \\d{5}$', regex: 'true' })).found).toEqual([
      [1, 99_999],
    ]);
    const refused = await search(large, { q: '(a)\\1', regex: 'true' });
    expect([refused.status, problemOf(refused).errors?.[0]?.path]).toEqual([400, 'q']);
    const tooLarge = await search(large, { q: `${'.{0,999}'.repeat(20)}Z$`, regex: 'true' });
    expect([tooLarge.status, problemOf(tooLarge).errors?.[0]?.path]).toEqual([400, 'q']);
    expect(problemOf(tooLarge).errors?.[0]?.message).toContain('smaller counts');
    let from = 0;
    for (let next: number | null = 0; next !== null; ) {
      const answer: LogSearchAnswer = expectOk(
        await search(large, { q: '((a|ag|agai|again)+\\s?)+x$', regex: 'true', from: String(next) }),
      );
      expect(answer.count).toBe(0);
      expect(answer.next ?? Number.MAX_SAFE_INTEGER).toBeGreaterThan(from);
      next = answer.next;
      from = next ?? from;
    }
  });

  it('S-087 takes what is looked for as text', async () => {
    for (const q of ['%00', 'a%0Ab', '']) {
      expect((await owner.get(`/api/v1/builds/${large.id}/log/search?q=${q}`)).status).toBe(400);
    }
    expect(expectOk(await search(large, { q: "'; DROP TABLE log_chunk; --" })).count).toBe(0);
  });
});

describe('the index of a large log', () => {
  it('leads to any line with one small read', async () => {
    const index = expectOk(await owner.get<LogIndexAnswer>(`/api/v1/builds/${large.id}/log/index`));
    expect(index.complete).toBe(true);
    let line = 1;
    for (const [at, segment] of index.segments.entries()) {
      expect(segment.firstN).toBe(index.segments[at - 1]?.nextN ?? 0);
      if ([0, 19, chunks - 1].includes(at)) {
        const response = await fetch(
          `${world.origin}/api/v1/builds/${large.id}/log/entries?from=${segment.firstN}&limit=1`,
          { headers: { cookie: owner.cookie } },
        );
        const [entry] = decodeLogEntries(new Uint8Array(await response.arrayBuffer()));
        expect(Buffer.from(entry!.data).toString().startsWith(lineOf(line))).toBe(true);
      }
      line += segment.lines.map(unpackDelta).reduce((sum, { lines }) => sum + lines, 0);
    }
    expect(line).toBe(chunks * linesOfChunk + 1);
  });
});

describe('a log', () => {
  it('is there whole, whatever became of its build', async () => {
    for (const status of buildStatuses.filter(isFinal)) {
      const build = await world.build(target);
      const attempt = await worker.claim(build);
      await worker.print(attempt, 'first\n', 'and the cause\n');
      await worker.finishLog(attempt);
      await run(world.databaseUrl, 'UPDATE build SET status = $2 WHERE id = $1', [build.id, status]);
      const path = `/api/v1/builds/${build.id}/log`;
      expect((await owner.get(path)).text, status).toBe('first\nand the cause\n');
      expect((await owner.get(`${path}/follow?format=text`)).text, status).toBe('first\nand the cause\n');
      expect(expectOk(await search(build, { q: 'cause' })).found, status).toEqual([[1, 2]]);
    }
  });

  it('S-065 of another organization is not there, in none of its forms', async () => {
    const { visitor } = await world.stranger(owner);
    for (const form of ['index', 'search?q=a', 'follow', 'entries', 'lines']) {
      expect((await visitor.get(`/api/v1/builds/${large.id}/log/${form}`)).status, form).toBe(404);
    }
  });
});
