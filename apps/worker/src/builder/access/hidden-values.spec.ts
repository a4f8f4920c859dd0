import { SecretMasker } from '@cooperage/logs/write';
import type { SourceProject } from '@cooperage/source';
import { describe, expect, it } from 'vitest';
import { hiddenValues, type OpenedValues } from './hidden-values.js';

const source: SourceProject = { id: 'p', remoteUrl: 'https://git.example/x.git' };
const none: OpenedValues = { secrets: new Map(), source, registries: [] };
const mask = (values: OpenedValues, text: string) => SecretMasker.of(hiddenValues(values)).maskText(text);

describe('S-053 what a log hides', () => {
  it('secrets, and the credentials of git host and registries, also as a client sends them', () => {
    const values: OpenedValues = {
      secrets: new Map([['NPM_TOKEN', Buffer.from('npm-canary')]]),
      source: { ...source, credentials: { kind: 'basic', username: 'bot', password: 'git-canary' } },
      registries: [{ host: 'ghcr.io', username: 'bot', password: 'registry-canary' }],
    };
    const basic = Buffer.from('bot:registry-canary').toString('base64');
    const shown = mask(values, `npm-canary git-canary registry-canary ${basic}`);
    expect(shown).toContain('[secret NPM_TOKEN] [secret password of the git host] [secret password of ghcr.io]');
    for (const canary of ['npm-canary', 'git-canary', 'registry-canary', basic]) expect(shown).not.toContain(canary);
  });

  it('each line of a deploy key', () => {
    const privateKey =
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nQyNTUxOQAAACDcanary\n-----END-----\n';
    const values = { ...none, source: { ...source, credentials: { kind: 'sshKey', privateKey } } } as const;
    expect(mask(values, 'QyNTUxOQAAACDcanary')).toBe('[secret deploy key]');
  });

  it('nothing of values that are too short to be masked', () => {
    const values: OpenedValues = {
      secrets: new Map([['PIN', Buffer.from('123')]]),
      source: { ...source, credentials: { kind: 'basic', username: 'bot', password: '' } },
      registries: [{ host: 'ghcr.io', username: 'bot', password: 'abc' }],
    };
    expect(hiddenValues(values)).toEqual([]);
  });

  it('R-H8 no more than a project may store: an attempt that has more ends, and says how much', () => {
    const large = Array.from({ length: 4 }, (_, index) => [`S${index}`, Buffer.alloc(65_536, index + 97)] as const);
    expect(hiddenValues({ ...none, secrets: new Map(large.slice(0, 2)) })).toHaveLength(2);
    expect(() => hiddenValues({ ...none, secrets: new Map(large) })).toThrow(/have 262144 bytes together; 131072 are/);
  });
});
