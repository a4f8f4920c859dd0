import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { demandAccessRules } from './access-rule.js';

describe('the routes of the server', () => {
  it('R-Right a route without an access rule keeps the process from starting', () => {
    const server = Fastify();
    const routes = demandAccessRules(server);
    expect(() => server.get('/open', async () => 'x')).toThrow('the route GET /open has no access rule');
    expect(() => server.post('/open', { config: {} }, async () => 'x')).toThrow('has no access rule');
    expect(routes).toEqual([]);
  });

  it('R-Right a route of a plug-in needs one too', async () => {
    const server = Fastify();
    demandAccessRules(server);
    server.register(async (scope) => {
      scope.get('/inner', async () => 'x');
    });
    await expect(server.ready()).rejects.toThrow('/inner has no access rule');
  });

  it('R-Right is known with its rule, each method apart', () => {
    const server = Fastify();
    const routes = demandAccessRules(server);
    server.get('/mine', { config: { access: 'read' } }, async () => 'x');
    expect(routes.map(({ method, access }) => [method, access])).toContainEqual(['GET', 'read']);
  });
});
