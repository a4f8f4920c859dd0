import type { Attention } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { attentionView } from './attention';

const project = { projectId: 'p', organizationSlug: 'acme', projectSlug: 'api' };
const silence = { lastDeliveryAt: '2026-01-01T00:00:00Z', checkedAt: '2026-01-07T00:00:00Z' };
const build = { ...project, id: 'b', number: 7, failure: { code: 'StepFailed', message: 'It failed.' } };

it('names consequence, cause and the way to mend it', () => {
  const items = [
    { kind: 'no_worker' },
    { kind: 'default_branch_broken', build },
    { kind: 'image_unverified', ...project, digest: 'sha256:a', checkedAt: null },
    { kind: 'hook_failing', ...project, code: 'signature_invalid', at: '2026-01-01T00:00:00Z' },
    { kind: 'hook_silent', ...project, ref: 'refs/heads/main', ...silence },
    { kind: 'disk_full', workerId: 'w', workerName: 'builder-1', freeBytes: 1 << 30, totalBytes: 2 ** 37 },
    {
      kind: 'loop_stuck',
      processId: 'c',
      processName: 'control',
      loop: 'publish',
      state: 'stalled',
      forMs: 14_000,
      due: 3,
    },
    { kind: 'token_expiring', tokenId: 't', name: 'ci', organizationId: 'o', expiresAt: '2026-01-03T00:00:00Z' },
    { kind: 'untrusted_builder_missing', organizations: 1, message: 'They wait.', action: 'Start one.' },
    {
      ...{ kind: 'quota', organizationId: 'o', organizationSlug: 'acme', quota: 'imageBytes', label: 'Images' },
      ...{ unit: 'bytes', used: 9, limit: 10, state: 'near' },
    },
  ] as Attention[];
  expect(items.map((item) => attentionView(item).href)).toEqual([
    '/workers',
    '/p/acme/api/b/7',
    '/p/acme/api/images/sha256:a',
    '/p/acme/api/deliveries',
    '/p/acme/api/deliveries',
    '/workers#worker-w',
    '/workers',
    '/tokens?organization=o#new',
    '/workers',
    '/usage?organization=o',
  ]);
  expect(attentionView(items[1]!)).toMatchObject({ text: 'StepFailed: It failed.', fix: 'See why' });
  expect(new Set(items.map((item) => attentionView(item).key)).size).toBe(items.length);
  expect(attentionView(items[4]!).text).toMatch(/^No delivery for 6 days though main moved\. /);
  expect(attentionView(items[5]!)).toMatchObject({ title: 'The disk of builder-1 is nearly full', text: /1\.0 GiB/ });
  expect(attentionView(items[6]!)).toMatchObject({
    title: 'control does not take its work',
    text: /“publish” has taken nothing for 14 s, though 3/,
  });
  expect(attentionView({ ...items[6], state: 'full' } as Attention).title).toBe('control is busy for long');
});
