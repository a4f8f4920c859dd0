import type { ClaimedAttempt } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { describe, expect, it, vi } from 'vitest';
import { StagingAdmission } from './staging-admission.js';

describe('StagingAdmission', () => {
  const attempt = { build: { id: 'b' } } as ClaimedAttempt;
  const digest = 'sha256:1';
  const admit = async (blobs: number, isPushed: boolean) => {
    const note = vi.fn(async () => ({ state: 'staged' as const, usedBytes: 0, quotaBytes: null }));
    const image = { digest, blobs: Array.from({ length: blobs }, () => ({ digest, bytes: 1 })), isPushed };
    const admitted = new StagingAdmission({ note }).admit(attempt, image, {} as Logger, new AbortController().signal);
    const failure = await admitted.then(
      () => null,
      (error: unknown) => error,
    );
    return { failure, notes: note.mock.calls.length };
  };

  it('R4-F1 refuses an image of more layers than can be published, and notes one that is pushed already', async () => {
    expect(await admit(501, false)).toEqual({ failure: null, notes: 1 });
    expect(await admit(502, true)).toEqual({ failure: null, notes: 1 });
    const message = 'The image cannot be published: it has more than 500 layers.';
    expect(await admit(502, false)).toMatchObject({ failure: { code: 'PolicyRefused', message }, notes: 0 });
  });
});
