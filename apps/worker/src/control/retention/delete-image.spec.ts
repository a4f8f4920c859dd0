import type { BuildProject, ImageToDelete } from '@cooperage/db';
import { parseDigest } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import { expect, it } from 'vitest';
import type { PublisherSession } from '../publish/publisher-session.js';
import { deleteImage } from './delete-image.js';

const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
const project = { id: 'project', organizationSlug: 'acme', slug: 'api' } as BuildProject;
const logger = createLogger({ process: 'test', level: 'silent' });

it.each([
  [true, ['staging/project/fork']],
  [false, ['acme/api', 'staging/project/fork']],
])('R22D-7 leaves an image that is attached to another one (%s) where that one is', async (isAttached, from) => {
  const deleted: string[] = [];
  const manifests = { head: async () => null, delete: async (repository: string) => void deleted.push(repository) };
  const registry = { manifests, referrers: { list: async () => [] }, blobs: {} };
  const session = { registry, signal: new AbortController().signal } as unknown as PublisherSession;
  const image: ImageToDelete = { id: 'id', digest, zones: ['fork'], artifacts: [] };
  const content = { manifests: new Set([digest]), blobs: new Set<typeof digest>(), isAttached };
  await deleteImage(session, project, image, content, logger);
  expect(deleted).toEqual(from);
});
