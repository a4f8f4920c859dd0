import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

/**
 * Who may call a route, before anything is loaded. `public`: everyone. `read`: a person, or a token of scope `read` or
 * `write`. `write`: a person, or a token of scope `write`. `person`: a person with a session only.
 */
export type AccessRule = 'public' | 'read' | 'write' | 'person';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessRule;
  }
}

/** The access rule of a controller's route. Every route needs one: without it the process does not start. */
export const Access = (access: AccessRule) =>
  applyDecorators(RouteConfig({ access }), ApiExtension(accessExtension, access));

/** Under this name the description of the API says it. */
export const accessExtension = 'x-access';

export interface KnownRoute {
  readonly method: string;
  readonly url: string;
  readonly access: AccessRule;
}

/**
 * Deny by default, for every route of the router whoever registers it. @returns the routes as they come, for tests.
 * @throws {Error} at registration, for a route without a rule, or a reading route that wants the right to write.
 */
export function demandAccessRules(server: FastifyInstance): readonly KnownRoute[] {
  const routes: KnownRoute[] = [];
  server.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    const access = route.config?.access;
    if (access === undefined) throw new Error(`the route ${methods.join(',')} ${route.url} has no access rule`);
    routes.push(...methods.map((method) => ({ method, url: route.url, access })));
  });
  return routes;
}
