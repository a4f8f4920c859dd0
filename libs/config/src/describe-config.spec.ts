import { describe, expect, it } from 'vitest';
import { good, namesOf } from '../spec/environments.js';
import { describeConfig } from './describe-config.js';

describe('describeConfig', () => {
  it('says where each value came from, problems included', () => {
    const described = describeConfig('web', { ...good.web, PORT: '80x' });
    const origins = Object.fromEntries(
      described.settings.map((setting) => [setting.name, [setting.value, setting.origin]]),
    );
    expect(origins).toMatchObject({
      PUBLIC_URL: ['https://build.example.org', 'environment'],
      HOST: ['127.0.0.1', 'default'],
      PORT: ['80x', 'environment'],
    });
    expect(namesOf(described.problems)).toEqual(['PORT']);
  });
});
