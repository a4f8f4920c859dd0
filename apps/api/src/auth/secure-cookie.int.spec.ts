import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld, password } from '../../spec/api-world.js';

let world: ApiWorld;

beforeAll(async () => {
  world = await ApiWorld.open({ publicUrl: 'https://cooperage.example' });
  const organization = { name: 'Acme', slug: 'acme' };
  await world.anonymous().post('/api/v1/setup', {
    ...{ token: 'one-time-token-of-the-tests', email: 'a@acme.example', name: 'A', password, organization },
  });
});
afterAll(() => world.close());

it('S-076 behind https the cookie is Secure, HttpOnly, SameSite and bound to the host', async () => {
  const answer = await world.anonymous().post('/api/auth/sign-in/email', { email: 'a@acme.example', password });
  const [cookie] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-cooperage-session=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  expect(cookie).not.toMatch(/domain/i);
  expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
});
