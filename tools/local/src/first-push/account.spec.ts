import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Instance } from '../parts/instance.ts';
import { identify, type ProcessIdentity, writePidFile } from '../processes/process-identity.ts';
import { httpAnswer, impostor } from '../testing/impostor.ts';
import { ensureAccount, withKeptToken } from './account.ts';
import { ownApi } from './api.ts';
import { SampleRepository } from './sample-repository.ts';

let instance: Instance;
beforeEach(() => {
  instance = new Instance(mkdtempSync(path.join(tmpdir(), 'cooperage-account-')));
});
afterEach(() => rmSync(instance.folder, { recursive: true, force: true }));

/** A process that the launcher has started, and that does not listen yet. */
function startedAs(key: string): () => void {
  const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  writePidFile(instance.pidFile(key), identify(child.pid as number) as ProcessIdentity);
  return () => void child.kill();
}

describe('the first account', () => {
  it('R6-A5 is not made at a service of somebody else, who is sent neither setup token, password nor API token', async () => {
    const other = await impostor(httpAnswer('{"needed":true}'));
    const stop = startedAs('api');
    instance.secrets.put('api-token', 'kept-token');
    const api = ownApi(instance, `http://127.0.0.1:${other.port}`);
    const fault = `port ${other.port} of 127.0.0.1, and nothing was sent: process ${process.pid}`;
    await expect(ensureAccount(api, instance.secrets, 'setup-token')).rejects.toThrow(fault);
    await expect(withKeptToken(api, instance.secrets)?.get('/api/v1/me')).rejects.toThrow(fault);
    expect(other.heard()).toBe('');
    stop();
    other.close();
  });

  it('R6-A5 is not made where the API has ended', async () => {
    const other = await impostor(httpAnswer('{"needed":true}'));
    const api = ownApi(instance, `http://127.0.0.1:${other.port}`);
    await expect(ensureAccount(api, instance.secrets, 'setup-token')).rejects.toThrow('nothing was sent');
    other.close();
    await expect.poll(() => api.get('/').catch((error) => error.message)).toContain('nobody listens there');
  });
});

describe('the sample', () => {
  it('R6-A5 is not pushed to a git host of somebody else, who is sent no password', async () => {
    const other = await impostor(httpAnswer(''));
    const stop = startedAs('git');
    const credentials = { user: 'cooper', password: 'git-password' };
    const repository = new SampleRepository(instance, `http://127.0.0.1:${other.port}`, credentials);
    await repository.prepare();
    await expect(repository.push()).rejects.toThrow('nothing was sent');
    expect(other.heard()).toBe('');
    stop();
    other.close();
  });
});
