import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeJson } from '../../files/atomic-file.ts';
import { identify, type ProcessIdentity, readPidFile, writePidFile } from '../../processes/process-identity.ts';
import { impostor, REDIS_ANSWER } from '../../testing/impostor.ts';
import { Tools } from '../../toolchain/tools.ts';
import { Instance } from '../instance.ts';
import { EmbeddedRedis } from './redis.ts';

let instance: Instance;
beforeEach(() => {
  instance = new Instance(mkdtempSync(path.join(tmpdir(), 'cooperage-redis-')));
});
afterEach(() => rmSync(instance.folder, { recursive: true, force: true }));

/** A server that waits until another process listens at its port, and ends some time later, as Redis does at once. */
const LATE = `
const port = Number(/^port (\\d+)$/m.exec(require('node:fs').readFileSync(process.argv[2], 'utf8'))[1]);
const attempt = () => require('node:net').connect(port, '127.0.0.1')
  .on('connect', () => setTimeout(() => process.exit(1), 500))
  .on('error', () => setTimeout(attempt, 20));
attempt();
`;

function toolsWith(script: string): Tools {
  const program = instance.file('redis-server');
  writeFileSync(program, `#!${process.execPath}\n${script}`);
  chmodSync(program, 0o755);
  return new Tools(new Map([['redis-server', { path: program, version: '8', origin: 'machine' }]]));
}

describe('Redis of the launcher', () => {
  it('R6-A5 sends its password to nobody who took the port before it listens', async () => {
    const failed = expect(new EmbeddedRedis(instance, toolsWith(LATE)).start()).rejects.toThrow(
      /Redis ended at its start. Its port \d+ of 127.0.0.1 is taken by /,
    );
    await expect.poll(() => readPidFile(instance.pidFile('redis'))).toBeDefined();
    const other = await impostor(REDIS_ANSWER, instance.ports.known('redis'));
    await failed;
    expect(other.heard()).toBe('');
    other.close();
  });

  it('R6-A5 does not run while another process answers at its port, and is sent no password', async () => {
    const other = await impostor(REDIS_ANSWER);
    writeJson(instance.file('ports.json'), { redis: other.port });
    const server = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    writePidFile(instance.pidFile('redis'), identify(server.pid as number) as ProcessIdentity);
    const part = new EmbeddedRedis(instance, toolsWith(''), 'trusted', { memory: 1, silentMs: 0 });
    expect(await part.isRunning()).toBe(false);
    expect(other.heard()).toBe('');
    server.kill();
    other.close();
  });
});
