import type { BuildProject, StagedLeftover } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { LargeIndex } from '@cooperage/testing';
import { expect, it } from 'vitest';
import type { PublisherSession } from '../publish/publisher-session.js';
import { deleteStaged } from './delete-staged.js';

const logger = createLogger({ process: 'test', level: 'silent' });

it('R4-P8 deletes an index that was staged without holding its manifests', async () => {
  const index = new LargeIndex(100, 100_000);
  const session = { registry: index.client, signal: new AbortController().signal } as unknown as PublisherSession;
  const project = { id: 'p', organizationSlug: 'o', slug: 's' } as BuildProject;
  const staged = { digest: index.digest, zone: 'branch', notedAt: new Date(), blobs: [] } as unknown as StagedLeftover;
  await deleteStaged(session, project, staged, logger);
  expect(new Set(index.deleted).size).toBe(101);
  expect(index.mostHeld).toBeGreaterThan(0);
  expect(index.mostHeld).toBeLessThan(12);
});
