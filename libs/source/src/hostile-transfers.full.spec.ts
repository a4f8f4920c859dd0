import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildFailure } from '@cooperage/domain';
import { growingDelta, lyingGitServer, objectId, type PackSender, pack, packEntry, packHead } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../spec/failure-of.js';
import { HostileHosts } from '../spec/hostile-hosts.js';
import type { SourceLimits } from './index.js';
import { mirrorFolder } from './mirror/mirror-shelf.js';

const ref = 'refs/heads/main';
const someCommit = 'a'.repeat(40);

describe('hostile transfers', () => {
  let hosts: HostileHosts;

  beforeAll(async () => {
    hosts = await HostileHosts.start();
  });

  afterAll(() => hosts.close());

  /** What becomes of a fetch from a host that answers with this pack; nothing may be left behind. */
  async function fetchFrom(sender: PackSender, limits: Partial<SourceLimits> = {}): Promise<BuildFailure> {
    const liar = await hosts.server(lyingGitServer(sender));
    const source = hosts.source([liar.port], limits);
    const project = { id: hosts.uniqueId(), remoteUrl: `${liar.origin}/a.git` };
    const failure = await failureOf(source.prepare(project, { ref, commit: someCommit }));
    const packs = await readdir(join(hosts.mirrorRoot, mirrorFolder(project), 'files.git', 'objects', 'pack')).catch(
      () => [],
    );
    expect(packs).toEqual([]);
    return failure;
  }

  it('S-029 gives up on an endless pack', async () => {
    // One stored deflate block after the other: data that does not shrink, in an object that never ends.
    const block = Buffer.concat([Buffer.from([0x00, 0x60, 0xea, 0x9f, 0x15]), Buffer.alloc(60_000, 0x55)]);
    const failure = await fetchFrom(
      (send, response) => {
        const blocks = (): void => {
          while (!response.destroyed && send(block));
        };
        response.on('drain', blocks);
        send(Buffer.concat([packHead(1), Buffer.from([0xbf, 0xff, 0xff, 0xff, 0x0f, 0x78, 0x01])]));
        blocks();
      },
      { maxPackBytes: 5_000_000 },
    );
    expect(failure.code).toBe('SourceTooLarge');
  }, 30_000);

  it.each([1_001, 100_000, 4_000_000_000])(
    'S-029 gives up when the pack says that it has %d objects',
    async (objects) => {
      const some = Buffer.concat(Array.from({ length: 50 }, () => packEntry('blob', Buffer.from('x'))));
      const failure = await fetchFrom(
        (send, response) => {
          send(packHead(objects));
          const timer = setInterval(() => send(some), 20);
          response.on('close', () => clearInterval(timer));
        },
        { maxObjects: 1_000 },
      );
      expect(failure.code).toBe('SourceTooLarge');
    },
    30_000,
  );

  it('S-029 gives up on a few bytes that would unpack to gigabytes', async () => {
    const base = Buffer.alloc(1_000_000, 1);
    const failure = await fetchFrom((send, response) => {
      const delta = packEntry('refDelta', growingDelta(base, 4_000), objectId('blob', base));
      send(pack(packEntry('blob', base), delta));
      response.end('0000');
    });
    expect(failure.code).toBe('SourceTooLarge');
  }, 30_000);

  it('R5-B7 gives up on a delta that would take more than 256 MiB', async () => {
    const base = Buffer.alloc(1_000_000, 1);
    const failure = await fetchFrom((send, response) => {
      const delta = packEntry('refDelta', growingDelta(base, 280), objectId('blob', base));
      send(pack(packEntry('blob', base), delta));
      response.end('0000');
    });
    expect(failure.code).toBe('SourceTooLarge');
  }, 60_000);

  it('R5-B7 gives up on a pack that would take more memory than a process of git may have', async () => {
    const base = Buffer.alloc(1_000_000, 1);
    const growth = growingDelta(base, 240);
    const failure = await fetchFrom(
      (send, response) => {
        send(pack(packEntry('blob', base), packEntry('refDelta', growth, objectId('blob', base))));
        response.end('0000');
      },
      { maxProcessBytes: 220 * 1024 * 1024 },
    );
    expect(failure.code).toBe('SourceTooLarge');
  }, 60_000);

  it('S-029 gives up on a real repository over the limit, and on too many refs', async () => {
    const repository = await hosts.host.repository('large.git');
    const commit = await repository.commit({ Dockerfile: 'x', noise: randomBytes(8_000_000) });
    const source = hosts.source([hosts.host.server.port], { maxPackBytes: 1_000_000, maxRefs: 10 });
    const project = { id: 'large', remoteUrl: hosts.host.url('large.git') };
    expect((await failureOf(source.prepare(project, { ref, commit }))).code).toBe('SourceTooLarge');
    for (let i = 0; i < 11; i++) await repository.git(['update-ref', `refs/heads/b${i}`, commit]);
    expect((await failureOf(source.refs(project))).code).toBe('SourceTooLarge');
  });

  it('R5-B6 reads past a ref line of megabytes that a host sends without the smart protocol', async () => {
    const dumb = await hosts.server((request, response) => {
      if (!request.url?.includes('/info/refs')) return false;
      response.setHeader('content-type', 'text/plain');
      response.write(`${someCommit}\trefs/heads/`);
      response.write('x'.repeat(8_000_000));
      response.end(`\n${someCommit}\trefs/heads/main\n`);
      return true;
    });
    const source = hosts.source([dumb.port]);
    const { commits, leftOut } = await source.refs({ id: 'dumb', remoteUrl: `${dumb.origin}/a.git` });
    expect({ commits, leftOut }).toEqual({ commits: new Map([[ref, someCommit]]), leftOut: 1 });
  }, 30_000);

  it('S-030 gives up on a host that sends a byte now and then', async () => {
    const slow = await hosts.server((_request, response) => {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      const timer = setInterval(() => response.write('0'), 200);
      response.on('close', () => clearInterval(timer));
      return true;
    });
    const source = hosts.source([slow.port], { slowWindowMs: 1_000 });
    const project = { id: 'slow', remoteUrl: `${slow.origin}/a.git` };
    const startedAt = performance.now();
    const failure = await failureOf(source.refs(project));
    expect(failure.code).toBe('SourceUnavailable');
    expect(failure.message).toMatch(/slowly/);
    expect((await failureOf(source.prepare(project, { ref, commit: someCommit }))).code).toBe('SourceUnavailable');
    expect(performance.now() - startedAt).toBeLessThan(25_000);
  }, 30_000);

  it('S-030 gives up on a pack that trickles, or that is only announced', async () => {
    const limits = { slowWindowMs: 1_000 };
    const trickle = await fetchFrom((send, response) => {
      send(packHead(3));
      const timer = setInterval(() => send(Buffer.from([0x78])), 300);
      response.on('close', () => clearInterval(timer));
    }, limits);
    expect(trickle.code).toBe('SourceUnavailable');
    const talk = await fetchFrom((_send, response) => {
      // Keep-alive chatter on the progress channel is no progress.
      const timer = setInterval(() => response.write('0009\x02 ...'), 5);
      response.on('close', () => clearInterval(timer));
    }, limits);
    expect(talk.code).toBe('SourceUnavailable');
  }, 30_000);

  it('S-030 gives up on a host that says nothing at all', async () => {
    const mute = await hosts.server(() => true);
    const source = hosts.source([mute.port], { refsTimeoutMs: 1_000, fetchTimeoutMs: 1_000, slowWindowMs: 60_000 });
    const project = { id: 'mute', remoteUrl: `${mute.origin}/a.git` };
    expect((await failureOf(source.refs(project))).message).toMatch(/in time/);
    expect((await failureOf(source.prepare(project, { ref, commit: someCommit }))).message).toMatch(/in time/);
  });
});
