import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SealedToken, TokenNeed } from '@cooperage/db';
import { cacheReference, masterKey, openBox, sealedSubject, stagingRepository } from '@cooperage/domain';
import { registryTokenKey } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { services } from '@cooperage/testing';
import { expect, it } from 'vitest';
import { AttemptTokens } from './attempt-tokens.js';
import { RegistryTokens } from './registry-tokens.js';

const { registry } = services();
const logger = createLogger({ process: 'test', level: 'silent' });
const keys = [masterKey(randomBytes(32))] as const;

/** What the registry itself says to somebody who begins to write there with this token. */
async function mayWrite(repository: string, token: string): Promise<boolean> {
  const address = `http://${registry.host}/v2/${repository}/blobs/uploads/`;
  const answer = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  await answer.body?.cancel();
  return answer.status === 202;
}

/** The status and body of an answer to whoever asks for something there with this token, without what is new each time. */
async function answerTo(path: string, token: string): Promise<[status: number, body: string]> {
  const answer = await fetch(`http://${registry.host}/v2/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return [answer.status, (await answer.text()).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')];
}

const newNeed = (): TokenNeed => ({
  ...{
    attemptId: randomUUID(),
    buildId: randomUUID(),
    organizationId: 'o',
    projectId: randomUUID(),
    number: 1,
    defaultBranch: 'main',
  },
  ...{ zone: 'branch', ref: 'refs/heads/topic', platform: 'linux/amd64', cachePolicy: 'zone' },
  ...{ cacheEpoch: 0, mainCacheEpoch: 0, targetRef: 'refs/heads/release/1.x', targetCacheEpoch: 0 },
});

function minting() {
  const kept: SealedToken[] = [];
  const repository = { put: async (_: string, sealed: SealedToken) => void kept.push(sealed) };
  const key = registryTokenKey(readFileSync(registry.tokenKeyFile), readFileSync(registry.tokenCertFile));
  const tokens = new AttemptTokens(
    repository as never,
    new RegistryTokens({ key, service: registry.service, issuer: registry.issuer }),
    keys,
    logger,
  );
  const open = (need: TokenNeed, { sealed }: SealedToken) =>
    Buffer.from(openBox(keys, sealed, sealedSubject.registryToken(need.attemptId))).toString();
  return { tokens, kept, open };
}

it('S-113 a token that leaked from a build writes no cache, not even its own zone’s; that of the export writes that one alone', async () => {
  const need = newNeed();
  const { tokens, kept, open } = minting();
  const own = cacheReference(need.projectId, { ...need, epoch: 0 }).repository;
  const protectedOne = (ref: string) =>
    cacheReference(need.projectId, { ...need, zone: 'protected', ref, epoch: 0 }).repository;
  const read = ['refs/heads/main', 'refs/heads/release/1.x'].map(protectedOne);
  const places = [stagingRepository(need.projectId, need.zone), own, ...read];
  const building = open(need, tokens.seal(need));
  expect(await Promise.all(places.map((place) => mayWrite(place, building)))).toEqual([true, false, false, false]);
  await tokens.giveForExport(need);
  const exporting = open(need, kept[0]!);
  expect(await Promise.all(places.map((place) => mayWrite(place, exporting)))).toEqual([true, true, false, false]);
});

it('S-112 a token of one project reads nothing of another’s cache, and is answered the same whether there is one', async () => {
  const [theirs, ours] = [newNeed(), newNeed()];
  const { tokens, kept, open } = minting();
  await tokens.giveForExport(theirs);
  const owner = open(theirs, kept[0]!);
  const there = cacheReference(theirs.projectId, { ...theirs, epoch: 0 });
  const blob = Buffer.from(`layer ${randomUUID()}`);
  const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
  await put(there.repository, blob, digest, owner);
  expect((await answerTo(`${there.repository}/blobs/${digest}`, owner))[0]).toBe(200);

  const stranger = open(ours, tokens.seal(ours));
  const absent = cacheReference(newNeed().projectId, { ...theirs, epoch: 0 });
  for (const part of [`blobs/${digest}`, `manifests/${there.tag}`, 'tags/list']) {
    const [found, missing] = [
      await answerTo(`${there.repository}/${part}`, stranger),
      await answerTo(`${absent.repository}/${part}`, stranger),
    ];
    expect(found[0], part).toBe(401);
    const named = ([status, body]: [number, string], name: string) => [status, body.replaceAll(name, 'name')];
    expect(named(found, there.repository)).toEqual(named(missing, absent.repository));
  }
  // Nor by a mount of the layer into its own place, which is how a registry would say that it has it.
  const own = stagingRepository(ours.projectId, ours.zone);
  for (const wanted of [digest, `sha256:${'0'.repeat(64)}`]) {
    const address = `http://${registry.host}/v2/${own}/blobs/uploads/?mount=${wanted}&from=${there.repository}`;
    const answer = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${stranger}` } });
    await answer.body?.cancel();
    expect(answer.status).not.toBe(201);
  }
});

async function put(repository: string, blob: Uint8Array<ArrayBuffer>, digest: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const base = `http://${registry.host}`;
  const begun = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers });
  const place = new URL(begun.headers.get('location')!, base);
  place.searchParams.set('digest', digest);
  const answer = await fetch(place, { method: 'PUT', headers, body: blob });
  expect(answer.status).toBe(201);
}
