import type { Deletion } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { daysOf, deletionLabel, deletionReason, keptFor, selectedLabel } from './retention-labels';

describe('the labels of retention', () => {
  it('name what a deletion is about', () => {
    expect(deletionLabel({ kind: 'image', label: `sha256:${'a'.repeat(64)}` })).toBe(`Image sha256:${'a'.repeat(12)}`);
    expect(deletionLabel({ kind: 'log', label: '#12' })).toBe('Log of build #12');
    expect(deletionLabel({ kind: 'build', label: '#12' })).toBe('Build #12');
    expect(deletionLabel({ kind: 'delivery', label: 'push' })).toBe('Delivery (push)');
    expect(deletionLabel({ kind: 'staged', label: '#12' })).toBe('Pushed by build #12, not published');
  });

  it('say why it is deleted', () => {
    const deletion = { reason: 'requested', requestedBy: 'Ada', comment: 'leaked a file' } as Deletion;
    expect(deletionReason(deletion)).toBe('requested by Ada: leaked a file');
    expect(deletionReason({ ...deletion, reason: 'age' })).toBe('older than the policy allows');
    expect(deletionReason({ ...deletion, reason: 'unpublished' })).toBe('its build ended without an image');
  });

  it('count what a dry run selects', () => {
    const selected = { kind: 'delivery', count: 1, more: false, bytes: 1, oldestAt: null, items: [] } as const;
    expect(selectedLabel({ ...selected, items: [] })).toBe('1 delivery');
    expect(selectedLabel({ ...selected, items: [], count: 5000, more: true })).toBe('at least 5000 deliveries');
  });

  it('read and write days', () => {
    expect([keptFor(0), keptFor(1), keptFor(30)]).toEqual(['forever', '1 day', '30 days']);
    expect([daysOf(' '), daysOf('7'), daysOf('x')]).toEqual([null, 7, 'x']);
  });
});
