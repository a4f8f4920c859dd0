import type { SettingView } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { compareSettings, readEnvironmentFile } from './compare-file';

const setting = (name: string, change: Partial<SettingView> = {}): SettingView => ({
  ...{ name, summary: 'x', value: null, origin: 'not set', file: null, secret: false },
  ...change,
});
const settings = [
  setting('PUBLIC_URL', { value: 'https://a.example', origin: 'environment' }),
  setting('LOG_LEVEL', { value: 'info', origin: 'default' }),
  setting('OIDC_ALLOWED_GROUPS'),
  setting('SECRET_KEY', { origin: 'environment', secret: true }),
  setting('COOPERAGE_REGISTRY_TOKEN_CERT', { value: 'pem', origin: 'file', file: '/etc/cert.pem' }),
];
const unchanged = 'PUBLIC_URL=https://a.example\nCOOPERAGE_REGISTRY_TOKEN_CERT_FILE=/etc/cert.pem\n';
const compare = (text: string) =>
  compareSettings(settings, readEnvironmentFile(text).values).map(({ name, kind, now, byFile }) => [
    name,
    kind,
    now,
    byFile,
  ]);

describe('a file of settings', () => {
  it('is read as it is exported, and as people write such files', () => {
    const lines = [
      '# a comment',
      '',
      'PUBLIC_URL=https://a.example\r',
      '#LOG_LEVEL=info  (default)',
      'export A="a \\"b\\", c"',
      "B='x # y'",
      'C=1 # one',
      'nothing',
      'D="open',
    ];
    const { values, unreadable } = readEnvironmentFile(lines.join('\n'));
    expect([...values]).toEqual([
      ['PUBLIC_URL', 'https://a.example'],
      ['A', 'a "b", c'],
      ['B', 'x # y'],
      ['C', '1'],
    ]);
    expect(unreadable).toEqual([8, 9]);
  });

  it('that says what is in effect differs in nothing', () => {
    expect(compare(unchanged)).toEqual([]);
    expect(compare(`${unchanged}LOG_LEVEL=info`)).toEqual([]);
  });

  it('shows each difference with both sides, and what it leaves out', () => {
    expect(compare('PUBLIC_URL=https://b.example\nLOG_LEVEL=debug\nOIDC_ALLOWED_GROUPS="a, b"\n')).toEqual([
      ['PUBLIC_URL', 'changed', 'https://a.example', 'https://b.example'],
      ['LOG_LEVEL', 'changed', 'info', 'debug'],
      ['OIDC_ALLOWED_GROUPS', 'added', null, 'a, b'],
      ['COOPERAGE_REGISTRY_TOKEN_CERT', 'removed', '/etc/cert.pem', null],
    ]);
  });

  it('S-055 shows no secret, and names what nobody reads', () => {
    const all = compare(`${unchanged}SECRET_KEY=canary\nPUBLC_URL=x`);
    expect(all).toEqual([
      ['SECRET_KEY', 'secret', null, null],
      ['PUBLC_URL', 'unknown', null, 'x'],
    ]);
    expect(JSON.stringify(all)).not.toContain('canary');
  });
});
