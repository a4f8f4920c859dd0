import { describe, expect, it } from 'vitest';
import { finishManifest } from './manifest.js';

describe('a manifest that buildah pushes', () => {
  const finished = (inherited: Record<string, string>, annotations: Record<string, string>) => {
    const { content } = finishManifest(Buffer.from(JSON.stringify({ annotations: inherited })), { annotations });
    return (JSON.parse(content.toString()) as { annotations?: unknown }).annotations;
  };

  it('R22A-10 says of no other zone than its own, whatever image it is made from', () => {
    const branch = { 'org.cooperage.zone': 'branch' };
    expect(finished({ ...branch, 'org.example.note': 'kept' }, {})).toEqual({ 'org.example.note': 'kept' });
    expect(finished(branch, {})).toBeUndefined();
    expect(finished(branch, { 'org.cooperage.zone': 'fork' })).toEqual({ 'org.cooperage.zone': 'fork' });
  });
});
