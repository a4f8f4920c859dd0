import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { TenureRepository } from '@cooperage/db';
import type { Digest } from '@cooperage/domain';
import { mediaTypes, registryTokenKey } from '@cooperage/oci';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../../../../libs/db/spec/world.js';
import { RegistryTokens } from '../tokens/registry-tokens.js';
import { type PublisherSession, PublisherSessions } from './publisher-session.js';

/** A way to the registry on which a test can hold a request back. */
class SlowLine {
  /** Which requests wait, and for what. */
  hold: (what: string) => Promise<void> | undefined = () => undefined;
  /** What the registry has answered to writes, whether or not anybody still waited for it. */
  readonly answers: string[] = [];

  private constructor(private readonly server: Server) {}

  static async open(to: string): Promise<SlowLine> {
    const [hostname, port] = to.split(':');
    const server = createServer(async (call, answer) => {
      const { method, url: path = '', headers } = call;
      const parts: Buffer[] = [];
      for await (const part of call) parts.push(part as Buffer);
      await line.hold(`${method} ${path}`);
      const onward = request({ hostname, port, method, path, headers }, (reply) => {
        if (method === 'PUT') line.answers.push(`${path.split('/').at(-1)} ${reply.statusCode}`);
        answer.writeHead(reply.statusCode!, reply.headers);
        reply.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      onward.end(Buffer.concat(parts));
    });
    const line = new SlowLine(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('publisher sessions on a registry', () => {
  const { registry } = services();
  let world: World;
  let line: SlowLine;
  let sessions: PublisherSessions;
  beforeAll(async () => {
    world = await World.open();
    line = await SlowLine.open(registry.host);
    const instance = await world.processes.start('control', 'c', {});
    const key = registryTokenKey(
      readFileSync(registry.tokenKeyFile, 'utf8'),
      readFileSync(registry.tokenCertFile, 'utf8'),
    );
    sessions = new PublisherSessions(
      new TenureRepository(world.db),
      new RegistryTokens({ key, service: registry.service, issuer: registry.issuer }),
      () => instance,
      { registry: { host: line.host, scheme: 'http' }, leaseMs: 6_000 },
    );
  });
  afterAll(async () => {
    await line.close();
    await world.close();
  });

  /** Two images of nothing, in a repository of their own. */
  const images = async () => {
    const [project, repository] = [await world.project(), `session/${randomBytes(6).toString('hex')}`];
    const put = (session: PublisherSession, word: string) => {
      const bytes = Buffer.from(
        JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [], annotations: { word } }),
      );
      return session.registry.manifests.put(repository, null, { mediaType: mediaTypes.index, bytes });
    };
    const made = await sessions.with(project, async (session) => [
      await put(session, 'old'),
      await put(session, 'new'),
    ]);
    if (!made.ok) throw new Error('busy');
    const [old, fresh] = made.value.map(({ digest }) => digest) as [Digest, Digest];
    const pointTo = (digest: Digest, timeoutMs?: number) =>
      sessions.with(project, ({ registry: client, signal }) =>
        client.tags.put(repository, 'main', digest, { signal, ...(timeoutMs && { timeoutMs }) }),
      );
    const tag = async () => {
      const outcome = await sessions.with(project, ({ registry: client }) => client.manifests.head(repository, 'main'));
      return outcome.ok ? outcome.value?.digest : undefined;
    };
    return { project, repository, old, fresh, pointTo, tag };
  };

  it('R-M5 let no tag write of an errored session land behind a newer one of the same process', async () => {
    const { old, fresh, pointTo, tag } = await images();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let arrived = 0;
    line.hold = (what) =>
      what.startsWith('PUT') && what.endsWith('/manifests/main') && arrived++ === 0 ? held : undefined;
    await expect(pointTo(old, 300)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(arrived).toBe(1);
    // Whoever comes next waits until the token of that request is dead, and is told for how long.
    let outcome = await pointTo(fresh);
    while (!outcome.ok) {
      await pause(outcome.waitMs);
      outcome = await pointTo(fresh);
    }
    const before = line.answers.length;
    letGo();
    await expect.poll(() => line.answers.slice(before), { timeout: 10_000 }).toHaveLength(1);
    expect(await tag()).toBe(fresh);
    expect(line.answers.slice(before)).toEqual(['main 401']);
  });

  it('A3 end where their work hangs beyond its slot: the next one comes, and what hangs writes nothing', async () => {
    const { project, old, fresh, pointTo, tag, repository } = await images();
    line.hold = () => undefined;
    await pointTo(old);
    const slot = new AbortController();
    let goOn: (() => void) | undefined;
    let late: Promise<unknown> | undefined;
    const hung = sessions.with(
      project,
      (session) =>
        new Promise((resolve) => {
          goOn = () => {
            late = session.registry.tags.put(repository, 'main', old);
            resolve(null);
          };
        }),
      slot.signal,
    );
    await expect.poll(() => goOn).toBeDefined();
    const next = pointTo(fresh);
    slot.abort(new Error('too long'));
    await expect(hung).rejects.toThrow('too long');
    expect(await next).toMatchObject({ ok: true });
    goOn?.();
    await expect(late).rejects.toThrow();
    expect(await tag()).toBe(fresh);
  });

  it('are there again at once behind an error that leaves nothing on its way', async () => {
    const { project, old, fresh, pointTo, tag } = await images();
    line.hold = () => undefined;
    await pointTo(old);
    await expect(sessions.with(project, () => Promise.reject(new Error('no signature')))).rejects.toThrow(
      'no signature',
    );
    expect(await pointTo(fresh)).toMatchObject({ ok: true });
    expect(await tag()).toBe(fresh);
  });
});
