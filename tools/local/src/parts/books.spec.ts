import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candidatePort, PortBook } from './port-book.ts';
import { SecretBook } from './secret-book.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cooperage-books-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('PortBook', () => {
  it('keeps numbers between runs and gives each name its own', async () => {
    const file = path.join(folder, 'ports.json');
    const web = await new PortBook(file, 'a').free('web');
    const api = await new PortBook(file, 'a').free('api');
    expect(new Set([web, api]).size).toBe(2);
    expect(await new PortBook(file, 'a').free('web')).toBe(web);
  });

  it('moves on when somebody else listens', async () => {
    const book = new PortBook(path.join(folder, 'ports.json'), 'b');
    const first = await book.free('web');
    const squatter = createServer().listen(first, '127.0.0.1');
    await once(squatter, 'listening');
    const second = await book.free('web');
    squatter.close();
    expect(second).not.toBe(first);
    expect(book.known('web')).toBe(second);
  });

  it('starts its search elsewhere for another clone', () => {
    expect(candidatePort('one web', 0)).not.toBe(candidatePort('two web', 0));
    for (let step = 0; step < 20_000; step += 999) expect(candidatePort('one web', step)).toBeLessThan(30_000);
  });
});

describe('SecretBook', () => {
  it('makes a secret once, for this user alone', () => {
    const file = path.join(folder, 'secrets.json');
    const made = new SecretBook(file).secret('key');
    expect(new SecretBook(file).secret('key')).toBe(made);
    expect(new SecretBook(file).secret('other')).not.toBe(made);
    expect(Buffer.from(made, 'base64url')).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
