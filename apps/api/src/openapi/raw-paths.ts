import { acceptedSchema } from '@cooperage/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { changePasswordSchema, signInSchema } from '../auth/sign-in.routes.js';

/** The routes beside Nest's, described by hand. */
export function rawPaths(): OpenAPIObject['paths'] {
  return {
    '/api/auth/sign-in/email': { post: signInOperation('Signs a person in.', signInSchema) },
    '/api/auth/sign-out': { post: signInOperation('Ends the session.') },
    '/api/auth/change-password': {
      post: signInOperation('Changes the password; all other sessions of the person end.', changePasswordSchema),
    },
    '/api/auth/oidc/start': {
      get: redirectOperation('Begins a sign-in with the OpenID provider; the browser is sent there.', ['next']),
    },
    '/api/auth/oidc/callback': {
      get: redirectOperation('Where the OpenID provider sends the browser back to.', ['code', 'state', 'iss', 'error']),
    },
    '/api/v1/hooks/{projectId}': {
      post: {
        summary: 'Takes a webhook of a forge. 202 is answered after the delivery is durable.',
        tags: ['Hooks'],
        security: [],
        parameters: [{ name: 'projectId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
        requestBody: { content: { 'application/json': { schema: {} } }, description: 'As the forge sends it.' },
        responses: { 202: { description: 'Accepted, or known already.', content: json(acceptedSchema) } },
      },
    },
    '/api/v1/registry/token': { get: tokenOperation(true), post: tokenOperation(false) },
    '/healthz': { get: plainOperation('Whether the process lives.') },
    '/readyz': { get: plainOperation('Whether the process can work, and which parts do not answer.') },
    '/version': { get: plainOperation('Version, commit and schema of the process.') },
  };
}

function signInOperation(summary: string, body?: z.ZodType) {
  return {
    summary,
    tags: ['SignIn'],
    security: [],
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: { 200: { description: 'Done; the session travels in a cookie.' } },
  };
}

function redirectOperation(summary: string, names: readonly string[]) {
  const parameters = names.map((name) => ({ name, in: 'query' as const, required: false, schema: { type: 'string' } }));
  const responses = { 303: { description: 'Onwards, or to the sign-in page with the reason why not.' } };
  return { summary, tags: ['SignIn'], security: [], parameters, responses };
}

function tokenOperation(isQuery: boolean) {
  const parameters = ['service', 'scope', 'account'].map((name) => ({
    name,
    in: 'query' as const,
    required: false,
    schema: { type: 'string' },
  }));
  return {
    summary: "A registry token, after Docker's token authentication. The password is an API token.",
    tags: ['Registry'],
    security: [{ registryPassword: [] as string[] }],
    ...(isQuery
      ? { parameters }
      : { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: {} } } } }),
    responses: { 200: { description: 'A token for what is asked and allowed.' } },
  };
}

function plainOperation(summary: string) {
  return { summary, tags: ['Health'], security: [], responses: { 200: { description: summary } } };
}

function json(schema: z.ZodType) {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return { 'application/json': { schema: described as Record<string, unknown> } };
}
