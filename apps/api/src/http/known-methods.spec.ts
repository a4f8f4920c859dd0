import { expect, it } from 'vitest';
import type { KnownRoute } from './access-rule.js';
import { methodsAt } from './known-methods.js';

const route = (method: string, url: string): KnownRoute => ({ method, url, access: 'read' });
const routes = [
  route('POST', '/api/v1/projects'),
  route('GET', '/api/v1/projects'),
  route('HEAD', '/api/v1/projects'),
  route('GET', '/api/v1/projects/:id'),
  route('GET', '/api/*'),
  route('DELETE', '/api/*'),
];

it('names each method of a path once, in order', () => {
  expect(methodsAt([...routes, route('GET', '/api/v1/projects')], '/api/v1/projects')).toEqual(['GET', 'HEAD', 'POST']);
});

it('takes any value for a parameter, and none for none', () => {
  expect(methodsAt(routes, '/api/v1/projects/7')).toEqual(['GET']);
  expect(methodsAt(routes, '/api/v1/projects/')).toEqual([]);
  expect(methodsAt(routes, '/api/v1/projects/7/8')).toEqual([]);
});

it('does not take a catch-all for an address', () => {
  expect(methodsAt(routes, '/api/none')).toEqual([]);
  expect(methodsAt(routes, '/api/*')).toEqual([]);
});
