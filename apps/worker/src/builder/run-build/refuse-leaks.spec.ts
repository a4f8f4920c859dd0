import { cpuTimeMs } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { refuseLeaks } from './refuse-leaks.js';

const value = 'canary-value-1234';
const hidden = [{ name: 'TOKEN', value }];
const inputs = (change: Partial<Parameters<typeof refuseLeaks>[0][number]> = {}) => ({
  ...{ buildArgs: {}, labels: {}, dockerfile: { path: 'Dockerfile', content: Buffer.from('FROM busybox\n') } },
  ...change,
});
const dockerfile = (text: string) => ({ dockerfile: { path: 'ci/Dockerfile', content: Buffer.from(text) } });
const failureOf = async (change: Partial<Parameters<typeof refuseLeaks>[0][number]>, secrets = hidden) => {
  try {
    await refuseLeaks([inputs(change)], secrets);
    return null;
  } catch (error) {
    return (error as { report(): { code: string; message: string; place?: object } }).report();
  }
};

describe('S-054 a secret among the inputs of a build', () => {
  it.each([
    ['build argument NPM_TOKEN', { buildArgs: { NPM_TOKEN: value } }],
    ['build argument URL', { buildArgs: { URL: `https://robot:${value}@example.test/` } }],
    ['build argument A', { buildArgs: { A: Buffer.from(value).toString('base64') } }],
    ['build argument A', { buildArgs: { A: Buffer.from(value).toString('hex') } }],
    ['label a', { labels: { a: value } }],
    ['target', { target: value }],
  ])('is refused as %s', async (where, change) => {
    const failure = await failureOf(change);
    expect(failure).toMatchObject({ code: 'SecretLeak', message: expect.stringContaining(`The ${where} holds`) });
    expect(failure?.message).toContain('(TOKEN)');
    expect(failure?.message).not.toContain(value);
  });

  it.each([
    ['ENV', `FROM busybox\nENV TOKEN=${value}\n`, 2],
    ['ARG', `FROM busybox\n\nARG TOKEN=${value}\nRUN true\n`, 3],
    ['RUN', `FROM busybox\nRUN curl -H "Authorization: ${value}" x\n`, 2],
    ['a comment', `# ${value}\nFROM busybox\n`, 1],
  ])('is refused as %s of the Dockerfile, with its line', async (_what, text, line) => {
    expect(await failureOf(dockerfile(text))).toMatchObject({
      code: 'SecretLeak',
      place: { file: 'ci/Dockerfile', line },
    });
  });

  it('is found where it has several lines', async () => {
    const key = 'first-line-of-a-key\nsecond-line-of-a-key';
    const failure = await failureOf(dockerfile(`FROM busybox\nCOPY <<E /key\n${key}\nE\n`), [
      { name: 'KEY', value: key },
    ]);
    expect(failure).toMatchObject({ code: 'SecretLeak' });
  });

  it('of a few letters is a word, unless it is all that an argument says', async () => {
    const short = [{ name: 'USER', value: 'root' }];
    expect(await failureOf(dockerfile('FROM busybox\nUSER root\n'), short)).toBeNull();
    expect(await failureOf({ buildArgs: { HOME: '/root' } }, short)).toBeNull();
    expect(await failureOf({ buildArgs: { WHO: 'root' } }, short)).toMatchObject({ code: 'SecretLeak' });
  });

  it('is none without a value, nor where only its name stands', async () => {
    expect(await failureOf({ buildArgs: { TOKEN: 'other' } })).toBeNull();
    expect(await failureOf(dockerfile('FROM busybox\nRUN --mount=type=secret,id=TOKEN true\n'))).toBeNull();
    expect(await failureOf({ buildArgs: { A: value } }, [])).toBeNull();
  });
});

describe('R-H7 a Dockerfile made to hold a builder up', () => {
  const secrets = Array.from({ length: 20 }, (_, index) => ({
    name: `S${index}`,
    value: `${index}-${value}-${index}`,
  }));
  const lines = (count: number) => dockerfile(`FROM scratch\n${'#\n'.repeat(count)}# 7-${value}-7\n`);
  /** The best of several rounds: what else the process does only ever adds. */
  const cost = async (run: () => unknown) => {
    const costs: number[] = [];
    for (let round = 0; round < 7; round++) {
      const began = cpuTimeMs();
      await run();
      costs.push(cpuTimeMs() - began);
    }
    return Math.min(...costs);
  };

  it('costs no more than parsing 1 MiB of JSON five times, and twice the lines cost twice as much', async () => {
    const entry = (index: number) => ({
      name: `package-${index}`,
      version: `1.2.${index}`,
      size: index,
      of: [null, true],
    });
    const json = JSON.stringify(Array.from({ length: 14_000 }, (_, index) => entry(index)));
    expect(json.length).toBeLessThan(1_048_576);
    const parsing = await cost(() => JSON.parse(json));
    expect(await failureOf(lines(1000), secrets)).toMatchObject({ code: 'SecretLeak', place: { line: 1002 } });
    const half = await cost(() => failureOf(lines(250_000), secrets));
    const whole = await cost(() => failureOf(lines(500_000), secrets));
    expect(whole / half).toBeLessThan(2.5);
    expect(whole / parsing).toBeLessThan(5);
  });

  it('names the first line of a key of several lines', async () => {
    const key = 'short-1\nshort-2\nshort-3';
    const failure = await failureOf(dockerfile(`FROM busybox\nCOPY <<E /key\n${key}\nE\n`), [
      { name: 'KEY', value: key },
    ]);
    expect(failure).toMatchObject({ code: 'SecretLeak', place: { line: 3 } });
  });

  it('costs as little when many arguments and labels are looked through', async () => {
    const many = (count: number) => ({
      buildArgs: Object.fromEntries(Array.from({ length: count }, (_, index) => [`A${index}`, `value ${index}`])),
    });
    const half = await cost(() => failureOf(many(2000), secrets));
    const whole = await cost(() => failureOf(many(4000), secrets));
    expect(whole / half).toBeLessThan(2.5);
    expect(whole / (await cost(() => failureOf(many(1), secrets)))).toBeLessThan(100);
  });
});
