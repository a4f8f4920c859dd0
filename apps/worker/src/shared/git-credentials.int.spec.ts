import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { credentialOrigin, masterKey, sealBox, sealedSubject } from '@cooperage/domain';
import { createSource, type Source } from '@cooperage/source';
import { type GitHost, startGitHost } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceProjects } from './source-projects.js';

const keys = [masterKey(randomBytes(32))] as const;
const id = 'p1';

describe('credentials of a git host', () => {
  let [own, other]: GitHost[] = [];
  let source: Source;
  const received: { readonly own: string[]; readonly other: string[] } = { own: [], other: [] };
  const projects = new SourceProjects(keys);

  beforeAll(async () => {
    const listen = (headers: string[]) =>
      startGitHost({
        intercept: (request) => {
          headers.push(request.headers.authorization ?? '');
          return false;
        },
      });
    [own, other] = [await listen(received.own), await listen(received.other)];
    for (const host of [own, other]) await (await host.repository('r.git')).commit({ Dockerfile: 'FROM scratch\n' });
    source = createSource({
      mirrorRoot: join(own.folder, 'mirrors'),
      allowPlainHttp: [own.hostPort, other.hostPort],
      retryDelaysMs: [],
    });
  });
  afterAll(async () => {
    await source.close();
    await Promise.all([own?.close(), other?.close()]);
  });

  const value = JSON.stringify({ kind: 'basic', username: 'robot', password: 'hunter2hunter2' });
  const sealedFor = (subject: string) => sealBox(keys, Buffer.from(value), subject);
  const refs = async (remoteUrl: string, gitCredentials: Uint8Array) =>
    source.refs(projects.of({ id, remoteUrl, gitCredentials }));

  it('R-H9 reach the host that they were set for, and no other, whatever the row says [A3 bound credentials]', async () => {
    const box = sealedFor(sealedSubject.gitCredentials(id, credentialOrigin(own!.url('r.git'))));
    await refs(own!.url('r.git'), box);
    expect(received.own).toContain(`Basic ${Buffer.from('robot:hunter2hunter2').toString('base64')}`);
    await expect(refs(other!.url('r.git'), box)).rejects.toMatchObject({ code: 'SourceAccessDenied' });
    expect(received.other).toEqual([]);
  });

  it('R-H9 of before reach nobody until they are bound to a host', async () => {
    const box = sealedFor(`git-credentials:${id}`);
    await expect(refs(other!.url('r.git'), box)).rejects.toMatchObject({ code: 'SourceUnavailable' });
    expect(received.other).toEqual([]);
  });
});
