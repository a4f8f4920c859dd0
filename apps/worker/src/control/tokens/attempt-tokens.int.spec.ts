import { randomBytes, randomUUID } from 'node:crypto';
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

it('S-113 a token that leaked from a build writes no cache, not even its own zone’s; that of the export writes that one alone', async () => {
  const need: TokenNeed = {
    ...{ attemptId: randomUUID(), buildId: randomUUID(), projectId: randomUUID(), number: 1, defaultBranch: 'main' },
    ...{ zone: 'branch', ref: 'refs/heads/topic', platform: 'linux/amd64', cachePolicy: 'zone' },
    ...{ cacheEpoch: 0, mainCacheEpoch: 0, targetRef: 'refs/heads/release/1.x', targetCacheEpoch: 0 },
  };
  const kept: SealedToken[] = [];
  const repository = { put: async (_: string, sealed: SealedToken) => void kept.push(sealed) };
  const key = registryTokenKey(readFileSync(registry.tokenKeyFile), readFileSync(registry.tokenCertFile));
  const minting = new RegistryTokens({ key, service: registry.service, issuer: registry.issuer });
  const tokens = new AttemptTokens(repository as never, minting, keys, logger);
  const open = ({ sealed }: SealedToken) =>
    Buffer.from(openBox(keys, sealed, sealedSubject.registryToken(need.attemptId))).toString();

  const own = cacheReference(need.projectId, { ...need, epoch: 0 }).repository;
  const protectedOne = (ref: string) =>
    cacheReference(need.projectId, { ...need, zone: 'protected', ref, epoch: 0 }).repository;
  const read = ['refs/heads/main', 'refs/heads/release/1.x'].map(protectedOne);
  const places = [stagingRepository(need.projectId, need.zone), own, ...read];
  const building = open(tokens.seal(need));
  expect(await Promise.all(places.map((place) => mayWrite(place, building)))).toEqual([true, false, false, false]);
  await tokens.giveForExport(need);
  const exporting = open(kept[0]!);
  expect(await Promise.all(places.map((place) => mayWrite(place, exporting)))).toEqual([true, true, false, false]);
});
