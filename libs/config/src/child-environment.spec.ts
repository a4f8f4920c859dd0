import { expect, it } from 'vitest';
import { childEnvironment } from './child-environment.js';

const env = {
  PATH: '/bin',
  DATABASE_URL: 'postgresql://localhost/c',
  ENCRYPTION_KEY: 'a',
  SIGNING_ENCRYPTION_KEY: 'b',
  COOPERAGE_REGISTRY_TOKEN_KEY_FILE: '/keys/token.pem',
  SECRET_KEY: 'c',
};

it('passes on what the child may have, and what is added', () => {
  expect(childEnvironment('builder', { COOPERAGE_INSTANCE_ID: 'x' }, env)).toEqual({
    PATH: '/bin',
    DATABASE_URL: env.DATABASE_URL,
    ENCRYPTION_KEY: 'a',
    COOPERAGE_INSTANCE_ID: 'x',
  });
  const { SECRET_KEY: _, ...forControl } = env;
  expect(childEnvironment('control', {}, env)).toEqual(forControl);
});
