import type { Attention } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { attentionView } from './attention';

const project = { projectId: 'p', organizationSlug: 'acme', projectSlug: 'api' };
const build = { ...project, id: 'b', number: 7, failure: { code: 'StepFailed', message: 'It failed.' } };

it('names consequence, cause and the way to mend it', () => {
  const items = [
    { kind: 'no_worker' },
    { kind: 'default_branch_broken', build },
    { kind: 'image_unverified', ...project, digest: 'sha256:a', checkedAt: null },
    { kind: 'hook_failing', ...project, code: 'signature_invalid', at: '2026-01-01T00:00:00Z' },
    { kind: 'token_expiring', tokenId: 't', name: 'ci', organizationId: 'o', expiresAt: '2026-01-03T00:00:00Z' },
  ] as Attention[];
  expect(items.map((item) => attentionView(item).href)).toEqual([
    '/workers',
    '/p/acme/api/b/7',
    '/p/acme/api/images/sha256:a',
    '/p/acme/api/deliveries',
    '/tokens?organization=o#new',
  ]);
  expect(attentionView(items[1]!)).toMatchObject({ text: 'StepFailed: It failed.', fix: 'See why' });
  expect(new Set(items.map((item) => attentionView(item).key)).size).toBe(5);
});
