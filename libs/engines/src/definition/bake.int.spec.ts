// biome-ignore-all lint/suspicious/noTemplateCurlyInString: definitions are full of them.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailure, resolveDefinition } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bakePrint } from './bake.js';

const never = new AbortController().signal;

describe('a definition, as the real bake resolves it', () => {
  const program = services().tools['docker-buildx']!;
  const canary = 'do-not-read-me';
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cooperage-definition-'));
    // Of its own: what others of this machine leave there is not seen.
    vi.stubEnv('TMPDIR', folder);
    await writeFile(join(folder, 'other.yaml'), `services: { x: { build: { context: ., args: { A: ${canary} } } } }`);
    await writeFile(join(folder, 'env'), `CANARY=${canary}\n`);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  interface Given {
    readonly path?: string;
    readonly target?: string;
    readonly variables?: Record<string, string>;
    readonly dotEnv?: string;
    readonly timeoutMs?: number;
  }
  const print = (text: string | Buffer, given: Given = {}, signal = never) => {
    const { path = 'docker-bake.hcl', target = 'app', variables = {}, dotEnv, timeoutMs } = given;
    const request = { definition: { path, target }, content: Buffer.from(text), variables };
    return bakePrint(
      { program, ...(timeoutMs && { timeoutMs }) },
      { ...request, ...(dotEnv && { dotEnv: Buffer.from(dotEnv) }) },
      signal,
    );
  };
  const resolved = async (text: string, given: Given = {}) => {
    const { path = 'docker-bake.hcl', target = 'app' } = given;
    return resolveDefinition(await print(text, given), { path, target });
  };
  const failure = (text: string | Buffer, given: Given = {}): Promise<BuildFailure> =>
    print(text, given).then(
      (printed) => Promise.reject(new Error(`it did not fail: ${JSON.stringify(printed)}`)),
      (error: unknown) => {
        expect(error).toBeInstanceOf(BuildFailure);
        return error as BuildFailure;
      },
    );
  const runFolders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('cooperage-bake-'));

  it('knows inheritance, functions, matrices and variables, which are the arguments of the build', async () => {
    const hcl = `variable "VERSION" { default = "0" }
function "shout" {
  params = [text]
  result = upper(text)
}
target "base" {
  context = "app"
  args = { VERSION = VERSION, NONE = null }
}
target "app" {
  name = "app-\${size}"
  inherits = ["base"]
  matrix = { size = ["small", "large"] }
  args = { SIZE = shout(size) }
  dockerfile-inline = <<EOT
FROM scratch
EOT
  contexts = { lib = "./libs/a" }
  tags = ["example.test/app:\${VERSION}"]
}
`;
    expect(await resolved(hcl, { target: 'app-large', variables: { VERSION: '7' } })).toMatchObject({
      ...{ contextPath: 'app', dockerfileInline: 'FROM scratch\n', buildArgs: { VERSION: '7', SIZE: 'LARGE' } },
      ...{ namedContexts: { lib: 'libs/a' }, ignored: [{ field: 'tags' }] },
    });
    await expect(resolved(hcl)).rejects.toThrow('app-small, app-large');
  });

  it('is JSON too, or a compose file with its variables and the .env beside it', async () => {
    const json = { path: 'ci/docker-bake.json' };
    expect(await resolved('{"target":{"app":{"context":"a","target":"prod"}}}', json)).toMatchObject({
      ...{ contextPath: 'a', dockerfilePath: 'a/Dockerfile', stage: 'prod' },
    });
    const yaml = `x-args: &args { COMMON: "\${COMMON}", BIG: 12345678901234567890, VERSION: "\${VERSION:-0}" }
services:
  app:
    <<: { env_file: ${join(folder, 'env')} }
    ports: ["80:80"]
    environment: { 80: x }
    build: { context: app, dockerfile: web.Dockerfile, args: *args, additional_contexts: { lib: ./lib }, secrets: [s] }
  other: { image: busybox }
secrets: { s: { file: ${join(folder, 'env')} } }
`;
    const given = { path: 'compose.yaml', variables: { VERSION: '7' }, dotEnv: 'COMMON=from-env\n' };
    expect(await resolved(yaml, given)).toMatchObject({
      ...{ contextPath: 'app', dockerfilePath: 'app/web.Dockerfile', namedContexts: { lib: 'lib' } },
      buildArgs: { COMMON: 'from-env', VERSION: '7', BIG: expect.stringMatching(/^1\.?2345678901234567/) },
    });
  });

  it('names other targets and services, with what they are in turn made from', async () => {
    const hcl = `target "lower" { context = "lower" }
target "base" {
  contexts = { lower = "target:lower" }
  args = { A = "1" }
}
target "app" { contexts = { base = "target:base" } }
target "other" { context = "other" }
`;
    const given = await resolved(hcl);
    expect(given.namedContexts).toEqual({ base: 'target:base' });
    expect(given.targets?.map(({ name, contextPath, buildArgs }) => [name, contextPath, buildArgs])).toEqual([
      ['lower', 'lower', {}],
      ['base', '.', { A: '1' }],
    ]);
    const compose = `services:
  app: { build: { context: app, additional_contexts: { base: "service:base" } } }
  base: { build: { context: base } }
  other: { build: other }
`;
    const services = await resolved(compose, { path: 'compose.yaml' });
    expect(services.namedContexts).toEqual({ base: 'target:base' });
    expect(services.targets).toEqual([expect.objectContaining({ name: 'base', contextPath: 'base' })]);
    expect((await failure('target "app" { contexts = { base = "target:nobody" } }')).code).toBe('InvalidBuildConfig');
  });

  it('S-027 is confined to itself: no other file of the machine, no home, no environment of ours', async () => {
    vi.stubEnv('COOPERAGE_TEST_CANARY', canary);
    const hcl = `variable "COOPERAGE_TEST_CANARY" { default = "unset" }
target "app" {
  args = { HOME = homedir(), CANARY = COOPERAGE_TEST_CANARY }
}
`;
    expect((await resolved(hcl)).buildArgs).toEqual({ HOME: '/nonexistent', CANARY: 'unset' });
    const other = join(folder, 'other.yaml');
    const app = 'services: { app: { build: { context: ., args: { A: "${CANARY:-unset}" } } } }';
    const compose = { path: 'compose.yaml' };
    for (const hostile of [
      `include: [${other}]\n${app}`,
      `include: [{ path: ${other}, env_file: ${join(folder, 'env')} }]\n${app}`,
      `"\\x69nclude": [${other}]\n${app}`,
      `services: { app: { extends: { file: ${other}, service: x } } }`,
      `services: { app: { "\\x65xtends": { file: ${other}, service: x } } }`,
      `x: &e { extends: { file: ${other}, service: x } }\nservices: { app: { <<: *e } }`,
    ]) {
      const error = await failure(hostile, compose);
      expect(error.code, hostile).toBe('InvalidBuildConfig');
      expect(error.message, hostile).not.toContain(canary);
    }
    const read = `services: { app: { env_file: ${join(folder, 'env')}, label_file: ${join(folder, 'env')}, build: { context: ., args: { A: "\${CANARY:-unset}" } } } }`;
    expect((await resolved(read, compose)).buildArgs).toEqual({ A: 'unset' });
  });

  it('S-041 is bounded in time, memory and size, and leaves nothing', async () => {
    const before = await runFolders();
    const doubled = Array.from({ length: 45 }, (_, at) => `variable "v${at + 1}" { default = "\${v${at}}\${v${at}}" }`);
    const bomb = [
      'variable "v0" { default = "0123456789" }',
      ...doubled,
      'target "app" {\n args = { X = v45 }\n}',
    ].join('\n');
    expect((await failure(bomb)).message).toContain('more memory or time');
    const hard = 'target "app" {\n args = { X = bcrypt("a", 31) }\n}';
    expect((await failure(hard, { timeoutMs: 1_500 })).message).toContain('within 1.5 s');
    const large = `variable "a" { default = "${'x'.repeat(60_000)}" }\ntarget "app" {\n args = { ${Array.from({ length: 40 }, (_, at) => `A${at} = a`).join(', ')} }\n}`;
    expect((await failure(large)).message).toContain('larger than');
    expect((await failure(Buffer.alloc(10 * 1024 * 1024, '#'))).message).toContain('262144');
    const aliases = `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join('\n')}\nservices: { app: { build: . } }`;
    expect((await failure(aliases, { path: 'compose.yaml' })).code).toBe('InvalidBuildConfig');
    const stop = AbortSignal.timeout(300);
    await expect(print(hard, {}, stop)).rejects.toThrow('aborted due to timeout');
    expect(await runFolders()).toEqual(before);
  });

  /** Another program in the place of bake. */
  const standIn = async (name: string, lines: readonly string[]) => {
    const path = join(folder, name);
    await writeFile(path, ['#!/bin/sh', ...lines].join('\n'), { mode: 0o700 });
    const definition = { path: 'docker-bake.hcl', target: 'app' };
    return (signal = never) =>
      bakePrint({ program: path }, { definition, content: Buffer.from(''), variables: {} }, signal);
  };

  it('R17B-3 has bounds of memory and time, and is ended before its builder where memory runs out', async () => {
    const own = Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
    const limits = ['$(ulimit -v)', '$(ulimit -t)', '$(ulimit -c)', '$(cat /proc/self/oom_score_adj)'];
    const asked = await standIn('limits', [`echo "[${limits.join(', ')}]"`]);
    expect(await asked()).toEqual([1_048_576, 20, 0, own < 500 ? 500 : 1_000]);
  });

  it('R17B-3 is read one at a time, and the wait for it can be stopped', async () => {
    const lock = join(folder, 'lock');
    const alone = await standIn('alone', [`mkdir ${lock} && sleep 0.1 && rmdir ${lock} && echo true`]);
    expect(await Promise.all([alone(), alone(), alone()])).toEqual([true, true, true]);
    const hard = print(
      'target "app" {\n args = { X = bcrypt("a", 31) }\n}',
      { timeoutMs: 60_000 },
      AbortSignal.timeout(2_000),
    );
    const stopped = new AbortController();
    const waiting = alone(stopped.signal);
    stopped.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    await expect(hard).rejects.toThrow('aborted due to timeout');
    expect(await alone()).toBe(true);
  });

  it('is refused with the tool’s own word and the line', async () => {
    expect(await failure('target "app" {\n  context = nowhere\n}\n')).toMatchObject({
      place: { file: 'docker-bake.hcl', line: 2 },
    });
    const cycle =
      'target "app" {\n contexts = { b = "target:b" }\n}\ntarget "b" {\n contexts = { a = "target:app" }\n}';
    expect((await failure(cycle)).message).toContain('infinite loop');
    // Bake takes each of those that inherit from each other once.
    const inherited = 'target "app" {\n inherits = ["b"]\n}\ntarget "b" {\n inherits = ["app"]\n}';
    expect((await resolved(inherited)).contextPath).toBe('.');
    expect((await failure('target "b" {}')).message).toContain('app');
    expect((await failure('services: [')).code).toBe('InvalidBuildConfig');
    expect((await failure('services: [', { path: 'compose.yaml' })).message).toContain('compose file');
    expect((await failure('services: { app: { build: !reset x } }', { path: 'compose.yaml' })).message).toContain(
      '!reset',
    );
  });

  it('S-017 is never an address, and its target never a flag', async () => {
    for (const path of ['https://example.test/x.hcl', 'cwd://x.hcl', '../x.hcl', '-'])
      expect((await failure('', { path })).code).toBe('InvalidBuildConfig');
    for (const target of ['--push', '-f', 'https://example.test/x', ''])
      expect((await failure('', { target })).code).toBe('InvalidBuildConfig');
    for (const name of ['BUILDX_CONFIG', 'DOCKER_HOST', 'LD_PRELOAD', 'HOME'])
      expect((await failure('', { variables: { [name]: 'x' } })).code).toBe('ReservedBuildArg');
  });
});
