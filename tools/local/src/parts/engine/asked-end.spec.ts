import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../checkout.ts';
import { attempt } from '../../processes/command.ts';
import { AskedEnd } from './asked-end.ts';

let folder: string;
const rulesFile = () => path.join(folder, 'rules.json');
const inFolder = (name: string) => path.join(`${rulesFile()}.asked`, name);
const end = () => inFolder('end');

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cooperage asked's-"));
  writeFileSync(path.join(folder, 'secret'), 'a secret');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a builder may put there that asks for nothing. */
const nothings: Readonly<Record<string, () => void>> = {
  'a link to a file': () => symlinkSync(path.join(folder, 'secret'), end()),
  'a link to nothing': () => symlinkSync(path.join(folder, 'nothing'), end()),
  'a pipe': () => execFileSync('mkfifo', [end()]),
  'another name': () => writeFileSync(inFolder('other'), ''),
};
const hostile = `full \u001b[31m\n$(touch "${'$0'}.did") \`id\` ${'x'.repeat(400)}`;

describe('the end of an engine that its builder asks for, in the launcher', () => {
  const ask = async () => {
    let ended = 0;
    const why = await new AskedEnd(rulesFile()).endIfAsked(async () => {
      ended++;
    });
    return { why, ended };
  };
  beforeEach(() => new AskedEnd(rulesFile()).accept());

  it('R9-C1 R9-C2 is asked for by a file, with the reason, until that is forgotten', async () => {
    expect(statSync(inFolder('.')).mode & 0o777).toBe(0o700);
    expect(await ask()).toEqual({ why: undefined, ended: 0 });
    writeFileSync(end(), 'the disk fills\n');
    expect(await ask()).toEqual({ why: 'the disk fills', ended: 1 });
    const asked = new AskedEnd(rulesFile());
    asked.accept();
    expect(existsSync(end())).toBe(true);
    asked.forget();
    asked.forget();
    expect(await ask()).toEqual({ why: undefined, ended: 0 });
  });

  it('R9-C1 R9-C2 has a short reason without control characters, or none', async () => {
    writeFileSync(end(), hostile);
    const { why } = await ask();
    expect(why).toMatch(/^full \s\[31m \$\(touch [^\n]* `id` x+$/);
    expect(why!.length).toBeLessThanOrEqual(300);
    writeFileSync(end(), '');
    expect(await ask()).toEqual({ why: 'no reason is given', ended: 1 });
  });

  it.each(Object.entries(nothings))('R9-C1 R9-C2 is not asked for by %s', async (_, make) => {
    make();
    expect(await ask()).toEqual({ why: undefined, ended: 0 });
    new AskedEnd(rulesFile()).forget();
    expect(existsSync(end())).toBe(false);
    expect(existsSync(path.join(folder, 'secret'))).toBe(true);
  });

  it('R9-C1 R9-C2 is not asked for by a folder, of which nothing is removed', async () => {
    mkdirSync(inFolder('end/below'), { recursive: true });
    expect(await ask()).toEqual({ why: undefined, ended: 0 });
    new AskedEnd(rulesFile()).forget();
    expect(readdirSync(end())).toEqual(['below']);
  });
});

/** `deploy/buildkit/asked-end.sh`, as `start.sh` calls it. */
describe('the end of an engine that its builder asks for, in Compose', () => {
  const shell = (text: string) =>
    attempt(
      'sh',
      [
        '-euc',
        `here=$1; refuse() { echo "refused: $*" >&2; exit 3; }; . "$here/asked-end.sh"; ${text}`,
        ...['sh', path.join(CHECKOUT, 'deploy/buildkit')],
      ],
      {
        env: { ...process.env, RULES_NOTE: rulesFile(), BUILDER_UID: String(process.getuid!()) },
        cwd: folder,
        timeoutMs: 60_000,
      },
    );
  /** As the end of `start.sh`, with a file for that it runs. */
  const engine = 'accept_asks; trap "exit 7" USR1; keep_asked $$ & : >runs; while :; do sleep 0.2; done';

  it('R9-C1 R9-C2 ends the engine when the file is made, and the next start says why and forgets it', async () => {
    const running = shell(engine);
    await expect.poll(() => existsSync(path.join(folder, 'runs')), { timeout: 30_000 }).toBe(true);
    expect(statSync(inFolder('.')).mode & 0o777).toBe(0o700);
    writeFileSync(end(), 'the disk fills\n');
    expect(await running).toMatchObject({ code: 7, stderr: expect.stringContaining('its builder asks for it') });
    expect(existsSync(end())).toBe(true);
    const { code, stderr } = await shell('accept_asks; is_asked || echo not asked >&2');
    expect([code, stderr]).toEqual([
      0,
      'cooperage: its builder had asked for the end of the engine before: the disk fills\nnot asked\n',
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(['rules.json.asked', 'runs', 'secret']);
  });

  it('R9-C1 R9-C2 has a short reason without control characters, or none, and evaluates nothing of it', async () => {
    await shell('accept_asks');
    writeFileSync(end(), hostile);
    const { stderr } = await shell('accept_asks');
    expect(stderr).toMatch(/: full \[31m\$\(touch [^\n]* `id` x+\n$/);
    expect(stderr.length).toBeLessThan(400);
    writeFileSync(end(), '');
    expect((await shell('accept_asks')).stderr).toMatch(/: no reason is given\n$/);
    expect(readdirSync(folder).toSorted()).toEqual(['rules.json.asked', 'secret']);
  });

  it.each(Object.entries(nothings))('R9-C1 R9-C2 is not asked for by %s', async (_, make) => {
    await shell('accept_asks');
    make();
    const { code, stdout, stderr } = await shell('is_asked && echo asked; reason; accept_asks');
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    expect(existsSync(end())).toBe(false);
    expect(readdirSync(folder).toSorted()).toEqual(['rules.json.asked', 'secret']);
  });

  it('R9-C1 R9-C2 is not asked for by a folder, of which nothing is removed', async () => {
    mkdirSync(inFolder('end/below'), { recursive: true });
    const { code, stdout, stderr } = await shell('is_asked && echo asked; reason; accept_asks');
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    expect(readdirSync(end())).toEqual(['below']);
  });
});
