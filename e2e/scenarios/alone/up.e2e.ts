import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Build, CreatedToken, Me, Page } from '@cooperage/contracts';
import { ApiClient, Launcher, type LauncherStatus, until } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** As long as somebody who has nothing yet may have to wait. */
const fiveMinutesMs = 300_000;

describe('./cooperage up', () => {
  let launcher: Launcher;
  let folder: string;
  let first: LauncherStatus;
  let person: ApiClient;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-up-'));
    launcher = new Launcher();
  });
  afterAll(async () => {
    await launcher.run('down');
    await rm(folder, { recursive: true, force: true });
    await rm(launcher.state, { recursive: true, force: true });
  });

  const git = (...args: string[]) =>
    run('git', args, {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.test',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.test',
      },
    });
  const verify = async ({ verify: { image, attestation } }: LauncherStatus) => {
    for (const [program = '', ...args] of [image, attestation]) await run(program, args);
  };
  const nothingIsLeft = async () => {
    expect(await launcher.openPorts()).toEqual([]);
    expect(launcher.traces()).toEqual([]);
  };

  it('ends its first start with an image that cosign accepts, both ways [A2 first signed image from nothing]', async () => {
    const begun = performance.now();
    const { code, said } = await launcher.run('up', '--detach');
    expect(code, said).toBe(0);
    expect(said).toContain('✓ cosign verify: verified');
    expect(said).toContain('✓ cosign verify-attestation: verified');
    expect(performance.now() - begun).toBeLessThan(fiveMinutesMs);
    first = await launcher.status();
    expect(launcher.traces()).not.toEqual([]);
    expect(said).toContain(`image      ${first.image}`);
    expect(said).toContain(`git clone ${first.git}/hello.git`);
    const [, email = '', password = ''] = /sign-in {4}(\S+) {2}(\S+)/.exec(said) ?? [];
    person = new ApiClient(first.web);
    await person.signIn(email, password);
    expect((await fetch(`${first.web}/sign-in`)).status).toBe(200);
  });

  it('says in its status how anybody verifies that image', async () => {
    expect(first.running).toBe(true);
    expect(first.verify.image[0]).toBe(first.cosign);
    await verify(first);
    const other = first.verify.image.map((word) => word.replace('/p/workshop/hello', '/p/workshop/other'));
    await expect(run(other[0]!, other.slice(1))).rejects.toThrow();
  });

  it('takes a push from a plain clone: the second build reuses the first one and has a new signed digest', async () => {
    const clone = path.join(folder, 'hello');
    await git('clone', '--quiet', `${first.git}/hello.git`, clone);
    await writeFile(path.join(clone, 'greeting.txt'), 'hello from a second push\n');
    await git('-C', clone, 'commit', '--quiet', '--all', '--message', 'Greet again');
    const { stderr } = await git('-C', clone, 'push');
    expect(stderr).toContain('Cooperage took refs/heads/main');
    const second = await until('a second image', async () => {
      const status = await launcher.status();
      return status.image !== first.image && status;
    });
    await verify(second);
    const { items } = await person.json<Page<Build>>('GET', '/api/v1/builds?limit=1');
    expect(items[0]).toMatchObject({ number: 2, status: 'succeeded', digest: second.image?.split('@')[1] });
    expect(items[0]?.stepsCached).toBeGreaterThan(0);
  });

  it('lets people log in to the registry with a token, and pull what their role allows', async () => {
    const [organization] = (await person.json<Me>('GET', '/api/v1/me')).organizations;
    const { items } = await person.json<Page<{ id: string }>>('GET', '/api/v1/projects');
    const visibility = (value: string) =>
      person.json('PATCH', `/api/v1/projects/${items[0]?.id}`, { visibility: value });
    const token = await person.json<CreatedToken>('POST', '/api/v1/tokens', {
      organizationId: organization?.organizationId,
      name: 'laptop',
      scopes: ['registry'],
    });
    const crane = (...args: string[]) =>
      run(services().tools.crane!, [...args, '--insecure'], { env: { ...process.env, DOCKER_CONFIG: folder } });
    await visibility('private');
    await expect(crane('digest', first.image!)).rejects.toThrow();
    await crane('auth', 'login', first.registry, '--username', 'ada', '--password', token.secret);
    expect((await crane('digest', first.image!)).stdout.trim()).toBe(first.image?.split('@')[1]);
    await expect(crane('tag', first.image!, 'mine')).rejects.toThrow();
    await person.send('DELETE', `/api/v1/tokens/${token.id}`);
    await expect(crane('digest', first.image!)).rejects.toThrow();
    await visibility('public');
  });

  it('runs once, and goes away without a trace', async () => {
    const again = await launcher.run('up', '--detach');
    expect(again).toMatchObject({ code: 0 });
    expect(again.said).toContain('it runs already');
    expect((await launcher.run('down')).code).toBe(0);
    await nothingIsLeft();
    expect((await launcher.run('status')).code).toBe(3);
  });

  it('finds its data again, survives the kill of its launcher, and ends at Ctrl-C', async () => {
    const { image } = first;
    const killed = launcher.start('up');
    const said = await killed.says('everything runs', 120_000);
    expect(said).not.toContain('git push of');
    killed.signal('SIGKILL');
    await killed.ended;
    expect(await launcher.openPorts()).not.toEqual([]);
    const successor = launcher.start('up');
    await successor.says('everything runs', 120_000);
    const status = await launcher.status();
    expect(status.image).not.toBe(image);
    await verify(status);
    successor.signal('SIGINT');
    expect((await successor.ended).code).toBe(0);
    await nothingIsLeft();
  });
});
