import { describe, expect, it } from 'vitest';
import { refuseLeaks } from './refuse-leaks.js';

const value = 'canary-value-1234';
const hidden = [{ name: 'TOKEN', value }];
const inputs = (change: Partial<Parameters<typeof refuseLeaks>[0]> = {}) => ({
  ...{ buildArgs: {}, labels: {}, dockerfile: { path: 'Dockerfile', content: Buffer.from('FROM busybox\n') } },
  ...change,
});
const dockerfile = (text: string) => ({ dockerfile: { path: 'ci/Dockerfile', content: Buffer.from(text) } });
const failureOf = (change: Partial<Parameters<typeof refuseLeaks>[0]>, secrets = hidden) => {
  try {
    refuseLeaks(inputs(change), secrets);
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
  ])('is refused as %s', (where, change) => {
    const failure = failureOf(change);
    expect(failure).toMatchObject({ code: 'SecretLeak', message: expect.stringContaining(`The ${where} holds`) });
    expect(failure?.message).toContain('(TOKEN)');
    expect(failure?.message).not.toContain(value);
  });

  it.each([
    ['ENV', `FROM busybox\nENV TOKEN=${value}\n`, 2],
    ['ARG', `FROM busybox\n\nARG TOKEN=${value}\nRUN true\n`, 3],
    ['RUN', `FROM busybox\nRUN curl -H "Authorization: ${value}" x\n`, 2],
    ['a comment', `# ${value}\nFROM busybox\n`, 1],
  ])('is refused as %s of the Dockerfile, with its line', (_what, text, line) => {
    expect(failureOf(dockerfile(text))).toMatchObject({ code: 'SecretLeak', place: { file: 'ci/Dockerfile', line } });
  });

  it('is found where it has several lines', () => {
    const key = 'first-line-of-a-key\nsecond-line-of-a-key';
    const failure = failureOf(dockerfile(`FROM busybox\nCOPY <<E /key\n${key}\nE\n`), [{ name: 'KEY', value: key }]);
    expect(failure).toMatchObject({ code: 'SecretLeak' });
  });

  it('of a few letters is a word, unless it is all that an argument says', () => {
    const short = [{ name: 'USER', value: 'root' }];
    expect(failureOf(dockerfile('FROM busybox\nUSER root\n'), short)).toBeNull();
    expect(failureOf({ buildArgs: { HOME: '/root' } }, short)).toBeNull();
    expect(failureOf({ buildArgs: { WHO: 'root' } }, short)).toMatchObject({ code: 'SecretLeak' });
  });

  it('is none without a value, nor where only its name stands', () => {
    expect(failureOf({ buildArgs: { TOKEN: 'other' } })).toBeNull();
    expect(failureOf(dockerfile('FROM busybox\nRUN --mount=type=secret,id=TOKEN true\n'))).toBeNull();
    expect(failureOf({ buildArgs: { A: value } }, [])).toBeNull();
  });
});
