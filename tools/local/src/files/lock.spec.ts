import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Lock } from './lock.ts';

describe('Lock', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'cooperage-lock-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const freshFile = () => path.join(folder, 'locks', `${++files}.lock`);

  it('is held by one, and free again after release', async () => {
    const file = freshFile();
    const first = Lock.tryTake(file);
    expect(first).toBeDefined();
    expect(Lock.tryTake(file)).toBeUndefined();
    expect(Lock.tryTake(file)).toBeUndefined();
    first?.release();
    const second = Lock.tryTake(file);
    expect(second).toBeDefined();
    second?.release();
  });

  it('lets a second one wait, and says so once', async () => {
    const file = freshFile();
    const first = Lock.tryTake(file);
    let waits = 0;
    const second = Lock.take(file, () => waits++);
    setTimeout(() => first?.release(), 300);
    const taken = await second;
    expect(taken).toBeInstanceOf(Lock);
    expect(waits).toBe(1);
    taken.release();
  });

  it('is of other processes too, and free again where one was killed', async () => {
    const file = freshFile();
    const source = path.join(import.meta.dirname, 'lock.ts');
    const script = `const { Lock } = await import(${JSON.stringify(source)});
      console.log(Boolean(Lock.tryTake(${JSON.stringify(file)}))); setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    const [said] = await once(other.stdout, 'data');
    expect(`${said}`).toBe('true\n');
    expect(Lock.tryTake(file)).toBeUndefined();
    const closed = once(other, 'close');
    other.kill('SIGKILL');
    await closed;
    const lock = Lock.tryTake(file);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('is held also where its object was forgotten', async () => {
    const file = freshFile();
    const source = path.join(import.meta.dirname, 'lock.ts');
    const script = `const { Lock } = await import(${JSON.stringify(source)});
      Lock.tryTake(${JSON.stringify(file)});
      setTimeout(() => { gc(); setTimeout(() => { console.log('collected'); setInterval(() => {}, 1000); }, 10); }, 10);`;
    const other = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script]);
    await once(other.stdout, 'data');
    expect(Lock.tryTake(file)).toBeUndefined();
    const closed = once(other, 'close');
    other.kill('SIGKILL');
    await closed;
  });

  it('R6-A9 is kept from us by nobody who knows its name, and its file is for its owner alone', async () => {
    const file = freshFile();
    const id = createHash('sha256').update(file).digest('hex').slice(0, 24);
    const abstract = createServer().listen(`\0cooperage-${id}`);
    await once(abstract, 'listening');
    const lock = Lock.tryTake(file);
    expect(lock).toBeDefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    lock?.release();
    abstract.close();
  });
});
