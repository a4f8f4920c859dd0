import { describe, expect, it } from 'vitest';
import { trialRequest } from '../testing/trial-request.js';
import { trialTarget } from '../testing/trial-target.js';
import { prepareRun } from './prepared-run.js';

const setting = { groups: null, cgroupParent: '/', cgroupBase: '', insecureRegistry: false };
const caches = { imports: [], opened: null, stores: new Map(), problems: [], release: () => {} };
const prepare =
  (...[dockerfile, change]: Parameters<typeof trialRequest>) =>
  () =>
    prepareRun(trialRequest(dockerfile, change), setting, caches, new AbortController().signal);

const long = `ENV a=${'x'.repeat(60_000)}\n`;

describe('the Dockerfiles of one build', () => {
  const refused = expect.objectContaining({
    code: 'DockerfileInvalid',
    place: expect.objectContaining({ line: 2 }),
  });

  it('R7-C2 cannot hand on what becomes too long with each', () => {
    const targets = [trialTarget('base', `FROM busybox\n${long}`)];
    const next = `FROM base\nLABEL b=${'$a'.repeat(20)}\n`;
    const base = { name: 'base', kind: 'target', target: 'base' } as const;
    expect(prepare(next, { targets, namedContexts: [base] })).toThrow(refused);
    expect(prepare(next, { targets })).not.toThrow();
    expect(prepare(next, { buildArgs: { a: 'x' } })).not.toThrow();
  });

  it('R7-C2 have one sum of what they may take', () => {
    const steps = `FROM busybox\n${long}${'RUN :\n'.repeat(400)}`;
    expect(prepare(steps, { targets: [trialTarget('base', steps)] })).not.toThrow();
    const targets = [trialTarget('a', steps), trialTarget('b', steps)];
    expect(prepare(steps, { targets })).toThrow(expect.objectContaining({ code: 'DockerfileInvalid' }));
  });
});

describe('R14C-5 who fetches', () => {
  const ownerOf = (...names: string[]) => {
    const secrets = new Map(names.map((name) => [name, Buffer.from('x')]));
    const push = { host: 'registry', repository: 'a/staging' };
    return prepare('FROM busybox\n', { secrets, push })().solve.fetchOwner;
  };

  it('is said of a build with credentials for it, as what keeps its project and zone apart', () => {
    for (const name of ['GIT_AUTH_TOKEN', 'GIT_AUTH_HEADER.example.org', 'HTTP_AUTH_TOKEN_example.org'])
      expect(ownerOf('other', name)).toBe('registry/a/staging');
  });

  it('is nobody else', () => {
    expect(ownerOf()).toBeUndefined();
    expect(ownerOf('npm_token', 'MY_GIT_AUTH_TOKEN')).toBeUndefined();
  });
});
