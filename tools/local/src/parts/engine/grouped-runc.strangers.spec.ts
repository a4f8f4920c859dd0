import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt } from '../../processes/command.ts';
import { cachedGoTools } from '../../toolchain/go-tools.ts';

const group = '/cooperage-1-strangers';

/** A number that a float cannot hold, and a field that nobody here knows: both have to come through as they are. */
const containerOf = (linux: string) => `{"ociVersion":"1.2.0","other":18446744073709551615,"linux":${linux}}`;

describe('the runtime of the engine for strangers', () => {
  let folder: string;
  let runtime: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-runc-'));
    runtime = path.join(folder, 'runc');
    writeFileSync(runtime, `#!/bin/sh\necho "$0" "$@" $$; echo "$@" > ${folder}/called\nexit 7\n`);
    chmodSync(runtime, 0o700);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function bundle(text: string): string {
    const name = path.join(folder, 'bundle');
    mkdirSync(name, { recursive: true });
    writeFileSync(path.join(name, 'config.json'), text);
    return name;
  }

  const call = (parameters: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    attempt(cachedGoTools()!.path('grouped-runc'), parameters, {
      env: { GROUPED_RUNC_RUNTIME: runtime, GROUPED_RUNC_GROUP: group, ...env },
    });
  const options = ['--log', '/l/run', '--log-format', 'json'];
  const config = () => readFileSync(path.join(folder, 'bundle/config.json'), 'utf8');

  it('moves the group of a container that begins, and nothing else of it', async () => {
    const name = bundle(
      containerOf('{"resources":{"x":18446744073709551615},"cgroupsPath":"/cooperage-1/p/buildkit/s"}'),
    );
    const parameters = [...options, 'run', '--bundle', name, '--keep', 'id'];
    const { code, stdout } = await call(parameters);
    // It has become the runtime: its arguments, its end.
    expect([code, stdout]).toEqual([7, expect.stringContaining(`${runtime} ${parameters.join(' ')}`)]);
    expect(JSON.parse(config()).linux.cgroupsPath).toBe(`${group}/cooperage-1/p/buildkit/s`);
    expect(config().match(/18446744073709551615/g)).toHaveLength(2);
  });

  it('lets every other call through as it is', async () => {
    for (const what of ['exec', 'kill', 'delete', 'state', '--version']) {
      const { code, stdout } = await call([...options, what, 'id']);
      expect([code, stdout]).toEqual([7, expect.stringContaining(`${what} id`)]);
    }
  });

  it.each<[what: string, linux: string, parameters?: (name: string) => string[], env?: NodeJS.ProcessEnv]>([
    ['a container without a group', '{}'],
    ['one without a system', 'null'],
    ['a group that climbs', '{"cgroupsPath":"/../other"}'],
    ['the root', '{"cgroupsPath":"/"}'],
    ['a relative group', '{"cgroupsPath":"p/s"}'],
    ['a group of systemd', '{"cgroupsPath":"system.slice:buildkit:s"}'],
    ['a file that is none', '{'],
    ['no bundle', '{"cgroupsPath":"/p"}', () => ['run', 'id']],
    ['two bundles', '{"cgroupsPath":"/p"}', (name) => ['run', '--bundle', name, '--bundle', name, 'id']],
    [
      'an option that nobody knows',
      '{"cgroupsPath":"/p"}',
      (name) => ['--systemd-cgroup', 'run', '--bundle', name, 'id'],
    ],
    ['a call that nobody knows', '{"cgroupsPath":"/p"}', (name) => ['restore', '--bundle', name, 'id']],
    ['no group of its own', '{"cgroupsPath":"/p"}', undefined, { GROUPED_RUNC_GROUP: '' }],
    ['the root as its own', '{"cgroupsPath":"/p"}', undefined, { GROUPED_RUNC_GROUP: '/' }],
    ['no runtime', '{"cgroupsPath":"/p"}', undefined, { GROUPED_RUNC_RUNTIME: '' }],
  ])('starts nothing with %s', async (_what, linux, parameters, env) => {
    const text = containerOf(linux);
    const name = bundle(text);
    const { code, stderr } = await call(parameters?.(name) ?? [...options, 'run', '--bundle', name, 'id'], env);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^grouped-runc: /)]);
    expect(existsSync(path.join(folder, 'called'))).toBe(false);
    expect(config()).toBe(text);
  });
});
