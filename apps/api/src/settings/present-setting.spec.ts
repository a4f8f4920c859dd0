import { describeConfig } from '@cooperage/config';
import { describe, expect, it } from 'vitest';
import { presentSetting, settingsFile } from './present-setting.js';

const { settings } = describeConfig('api', {
  PUBLIC_URL: 'https://images.example.org',
  SECRET_KEY: 'canary-secret-canary-secret-canary-secret',
  OIDC_ALLOWED_GROUPS: 'a group, another',
});

describe('settings, as they are shown', () => {
  it('say what is in effect, where it came from and what it means', () => {
    const shown = settings.map(presentSetting);
    const named = (name: string) => shown.find((setting) => setting.name === name);
    expect(named('PUBLIC_URL')).toMatchObject({ value: 'https://images.example.org', origin: 'environment' });
    expect(named('LOG_LEVEL')).toMatchObject({ value: 'info', origin: 'default' });
    expect(named('SECRET_KEY')).toMatchObject({ value: null, origin: 'environment', secret: true });
    expect(named('REDIS_URL')).toMatchObject({ value: null, origin: 'not set', secret: true });
    expect(shown.every(({ summary }) => summary.length > 5)).toBe(true);
  });

  it('S-055 hold no secret, as a file neither', () => {
    const file = settingsFile(settings);
    expect(JSON.stringify(settings.map(presentSetting)) + file).not.toContain('canary');
    expect(file).toContain('\nPUBLIC_URL=https://images.example.org\n');
    expect(file).toContain('\nOIDC_ALLOWED_GROUPS="a group, another"\n');
    expect(file).toContain('\n#LOG_LEVEL=info  (default)\n');
    expect(file).toContain('\n#REDIS_URL=\n');
  });

  it('name each variable once', () => {
    const names = settings.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
