import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { attempt, run } from '../processes/command.ts';

let clone: string;
const file = (...names: string[]) => path.join(clone, ...names);

/** In place of Docker: the registry's folder is one of the clone, and the database a word. */
const docker = `#!/bin/sh
echo "$*" >>calls
if [ "$1 $2 $3 $4" = 'compose exec -T postgres' ]; then [ ! -e broken ] && echo dump; exit; fi
[ "$1 $2 $3 $4" = 'compose exec -T registry' ] || exit 0
shift 4
for word; do shift; set -- "$@" "$(printf %s "$word" | sed "s|/var/lib/registry|$PWD/registry|g")"; done
exec "$@"
`;

const repository = 'docker/registry/v2/repositories/acme/hello';
const stored = [
  'docker/registry/v2/blobs/sha256/ab/abcd/data',
  `${repository}/_layers/sha256/abcd/link`,
  `${repository}/_manifests/revisions/sha256/abcd/link`,
  `${repository}/_manifests/tags/_uploads/current/link`,
  'docker/registry/v2/repositories/blobs/hello/_manifests/tags/main/current/link',
];
const underWay = [
  `${repository}/_uploads/1/data`,
  'docker/registry/v2/repositories/staging/1/fork/_uploads/2/startedat',
];

beforeEach(() => {
  clone = mkdtempSync(path.join(tmpdir(), 'cooperage-backup-'));
  for (const name of ['deploy', 'bin', 'secrets', 'registry']) mkdirSync(file(name));
  copyFileSync(path.join(CHECKOUT, 'deploy/backup.sh'), file('deploy/backup.sh'));
  writeFileSync(file('.env'), 'KEY=1\n');
  writeFileSync(file('bin/docker'), docker);
  chmodSync(file('bin/docker'), 0o755);
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

const back = (folder: string) =>
  attempt('sh', [file('deploy/backup.sh'), folder], {
    env: { ...process.env, PATH: `${file('bin')}:${process.env.PATH}` },
    timeoutMs: 60_000,
  });
const calls = () => readFileSync(file('calls'), 'utf8').trim().split('\n');
const put = (names: readonly string[]) => {
  for (const name of names) {
    mkdirSync(path.dirname(file('registry', name)), { recursive: true });
    writeFileSync(file('registry', name), 'x');
  }
};

describe('deploy/backup.sh', () => {
  it('R10-B4 takes all of the registry but uploads under way', async () => {
    put([...stored, ...underWay]);
    expect(await back(file('kept'))).toMatchObject({ code: 0 });
    const { stdout } = await run('tar', ['-tf', file('kept/registry.tar')]);
    const files = stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/'));
    expect(files.toSorted()).toEqual(stored.map((name) => `./${name}`).toSorted());
    expect(calls().at(-1)).toBe('compose start control');
    expect(existsSync(file('kept.part'))).toBe(false);
  });

  it('R10-B4 takes an empty registry too, and a folder with a slash behind its name', async () => {
    expect(await back(file('kept/'))).toMatchObject({ code: 0 });
    expect((await run('tar', ['-tf', file('kept/registry.tar')])).stdout).toBe('./\n');
  });

  it('R10-B4 leaves nothing where it fails, and control runs on', async () => {
    put(stored);
    writeFileSync(file('broken'), '');
    expect((await back(file('kept'))).code).toBe(1);
    expect([existsSync(file('kept')), existsSync(file('kept.part'))]).toEqual([false, false]);
    expect(calls().at(-1)).toBe('compose start control');
  });

  it('R10-B4 takes no folder of another backup under way', async () => {
    mkdirSync(file('kept.part'));
    const { code, stderr } = await back(file('kept'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('Remove it if none runs')]);
    expect(existsSync(file('kept.part'))).toBe(true);
    expect(existsSync(file('calls'))).toBe(false);
  });
});
