import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt, run } from '../processes/command.ts';
import { deliver } from './deliver.ts';
import { isOwnUser } from './own-user.ts';
import { ensureRepository, writeWebhook } from './repository.ts';
import { createGitHost } from './server.ts';
import { webhookHeaders } from './standard-webhook.ts';

describe('the git host', () => {
  let folder: string;
  let host: Server;
  let service: Service;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-git-'));
    service = await startService();
    await startHost(() => false);
    writeWebhook(await ensureRepository(folder, 'hello'), { url: service.url, secret: 'whsec_a2V5' });
  });
  afterEach(() => {
    host.close();
    service.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes a push with the password, tells the service, and lets everybody clone', async () => {
    const pushed = await push('cooper:secret@');
    expect(pushed.code).toBe(0);
    expect(pushed.stderr).toContain('Cooperage took refs/heads/main: see http://host/delivery');
    const [call] = service.calls;
    expect(call?.body).toMatchObject({ type: 'push', ref: 'refs/heads/main', repository: 'hello' });
    const signed = webhookHeaders('whsec_a2V5', String(call?.headers['webhook-id']), sentAt(call), call?.raw ?? '');
    expect(call?.headers['webhook-signature']).toBe(signed['webhook-signature']);
    const clone = path.join(folder, 'clone');
    await run('git', ['clone', '--quiet', address(), clone]);
    expect(readFileSync(path.join(clone, 'file'), 'utf8')).toBe('content');
  });

  it('takes a push without a password from the user who runs it, as a program and not as a web page', async () => {
    host.close();
    await startHost(isOwnUser);
    const pushed = await push();
    expect(pushed.code).toBe(process.platform === 'linux' ? 0 : 128);
    const advertise = `${address()}/info/refs?service=git-receive-pack`;
    for (const headers of [{ origin: 'http://evil.test' }, { 'sec-fetch-site': 'same-origin' }, { via: '1.1 proxy' }])
      expect((await fetch(advertise, { headers })).status).toBe(401);
  });

  it('refuses a push with a wrong password', async () => {
    const pushed = await push('cooper:wrong@');
    expect(pushed.code).not.toBe(0);
    expect(service.calls).toEqual([]);
  });

  it('tells again, under the same id, until the service is there', async () => {
    service.failFirst(2);
    expect((await push('cooper:secret@')).stderr).toContain('Cooperage took');
    expect(service.calls).toHaveLength(3);
    expect(new Set(service.calls.map((call) => call.headers['webhook-id'])).size).toBe(1);
  });

  it('says when the service refuses, and the push stands', async () => {
    service.refuse();
    const pushed = await push('cooper:secret@');
    expect(pushed.code).toBe(0);
    expect(pushed.stderr).toContain('Cooperage did NOT take refs/heads/main: 401');
    expect(service.calls).toHaveLength(1);
  });

  it('gives up on a service that is not there', async () => {
    const nowhere = { url: 'http://127.0.0.1:1/', secret: 'x' };
    const result = await deliver(nowhere, 'hello', { before: 'a', after: 'b', ref: 'r' }, 300);
    expect(result.accepted).toBe(false);
    expect(result.said).toContain('no answer');
  });

  async function startHost(trusts: Parameters<typeof createGitHost>[0]['trusts']): Promise<void> {
    host = await listening(
      createGitHost({ root: folder, credentials: { user: 'cooper', password: 'secret' }, trusts }),
    );
  }

  async function push(login = '') {
    const work = mkdtempSync(path.join(folder, 'work-'));
    const git = (...parameters: string[]) => run('git', ['-C', work, ...parameters]);
    await git('init', '--quiet', '--initial-branch=main');
    writeFileSync(path.join(work, 'file'), 'content');
    await git('add', 'file');
    await git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '--quiet', '-m', 'first');
    return attempt('git', ['-C', work, 'push', address(login), 'main'], {
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    });
  }

  function address(login = ''): string {
    return `http://${login}127.0.0.1:${(host.address() as AddressInfo).port}/hello.git`;
  }
});

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: unknown;
}

interface Service {
  readonly server: Server;
  readonly url: string;
  readonly calls: Call[];
  failFirst(count: number): void;
  refuse(): void;
}

async function startService(): Promise<Service> {
  const calls: Call[] = [];
  let failures = 0;
  let final = 202;
  const server = await listening(
    createServer(async (request, response) => {
      const raw = await text(request);
      calls.push({ headers: request.headers, raw, body: JSON.parse(raw) });
      response.writeHead(failures-- > 0 ? 503 : final).end('{"url":"http://host/delivery"}');
    }),
  );
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    calls,
    failFirst: (count) => {
      failures = count;
    },
    refuse: () => {
      final = 401;
    },
  };
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function sentAt(call: Call | undefined): Date {
  return new Date(Number(call?.headers['webhook-timestamp']) * 1000);
}
