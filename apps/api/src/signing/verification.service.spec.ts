import { createHash } from 'node:crypto';
import type { ProjectRecord, SignatureRepository } from '@cooperage/db';
import type { Digest } from '@cooperage/domain';
import { type Descriptor, mediaTypes, RegistryError } from '@cooperage/oci';
import { expect, it } from 'vitest';
import type { ApiSettings } from '../app/settings.js';
import type { RegistryReader } from '../registry-token/registry-reader.js';
import { VerificationService } from './verification.service.js';

const digestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const project = { id: 'p', organizationSlug: 'acme', slug: 'hello' } as ProjectRecord;
const place = { ...project, id: 'q', slug: 'other' };

it('R9-B7 opens the referrers first that this service signed, however many a registry lists before them', async () => {
  const image = digestOf('image');
  const listed = Array.from(
    { length: 300 },
    (_, at): Descriptor => ({ mediaType: mediaTypes.manifest, digest: digestOf(`referrer ${at}`), size: 1 }),
  );
  const newest = listed.at(-1)!.digest;
  const opened: string[] = [];
  const get = async (_repository: string, digest: string): Promise<never> => {
    opened.push(digest);
    throw new RegistryError('not_found', 'no such manifest');
  };
  const client = {
    manifests: { get, find: async () => null, head: async () => null },
    referrers: { list: async () => listed },
  };
  const asked: unknown[] = [];
  const signatures: Partial<SignatureRepository> = {
    verifyingKeys: async () => ({ trusted: [], former: [] }) as never,
    referrersOf: async (of) => {
      asked.push(of);
      return [newest];
    },
  };
  const service = new VerificationService(
    signatures as SignatureRepository,
    { clientFor: () => client } as unknown as RegistryReader,
    { publicUrl: 'https://cooperage.example' } as ApiSettings,
  );
  await service.verify(project, image, null, place);
  expect(asked).toEqual([{ id: null, projectId: 'q', digest: image }]);
  const referrers = opened.filter((digest) => digest !== image);
  expect(referrers[0]).toBe(newest);
  expect(referrers).toHaveLength(256);
});
