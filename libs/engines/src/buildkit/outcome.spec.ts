import type { EngineConnection, HistoryRecord, ImageDescriptor } from '@cooperage/buildkit';
import { expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { outcomeOf } from './outcome.js';
import type { PreparedRun } from './prepared-run.js';

it('R5-C10 a build whose record does not say what it was made from has no outcome', async () => {
  const record = { Result: { Attestations: [] }, Results: {} } as unknown as HistoryRecord;
  const counts = { run: 1, cached: 0 };
  const run = { mostRecordBytes: 1_000, progress: { counts: () => counts } } as unknown as PreparedRun;
  const request = { platform: 'linux/amd64' } as BuildRequest;
  const outcome = outcomeOf({} as EngineConnection, request, {} as ImageDescriptor, record, run);
  await expect(outcome).rejects.toMatchObject({ code: 'EngineUnavailable', retryable: true });
});
