import { describe, expect, it } from 'vitest';
import { readComposeFile } from './compose-model.ts';
import { composeFaults } from './compose-rules.ts';

describe('docker-compose.yml', () => {
  it('R-C1 keeps each engine from everything but the registry, and gives its socket to one builder', async () => {
    expect(composeFaults(await readComposeFile())).toEqual([]);
  });

  it('S-123 lets nobody into Redis without a password', async () => {
    const { redis } = (await readComposeFile()).services;
    expect(redis?.command?.join(' ')).toContain('requirepass');
    expect(redis?.environment?.REDISCLI_AUTH).toBe('filled-in');
  });
});
