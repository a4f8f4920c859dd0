import 'server-only';
import { hookSecretSchema, keySchema, registryCredentialSchema, ruleSchema, secretSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';

/** All rules of a project are one page, but for those from before their text was bounded. */
export const loadRules = (projectId: string, cursor: string | null = null) =>
  readPage(withQuery(`/projects/${projectId}/rules`, { limit: 100, cursor }), ruleSchema);

export const loadHookSecrets = (projectId: string) =>
  readPage(`/projects/${projectId}/hook-secrets?limit=100`, hookSecretSchema);

export const loadSecrets = (projectId: string) => readPage(`/projects/${projectId}/secrets?limit=100`, secretSchema);

export const loadRegistryCredentials = (projectId: string) =>
  readPage(`/projects/${projectId}/registry-credentials?limit=100`, registryCredentialSchema);

export const loadKeys = (projectId: string) => readPage(`/projects/${projectId}/keys?limit=100`, keySchema);
