import 'server-only';
import { hookSecretSchema, keySchema, registryCredentialSchema, ruleSchema, secretSchema } from '@cooperage/contracts';
import { readPage } from '@/lib/api/list';

export const loadRules = (projectId: string) => readPage(`/projects/${projectId}/rules?limit=100`, ruleSchema);

export const loadHookSecrets = (projectId: string) =>
  readPage(`/projects/${projectId}/hook-secrets?limit=100`, hookSecretSchema);

export const loadSecrets = (projectId: string) => readPage(`/projects/${projectId}/secrets?limit=100`, secretSchema);

export const loadRegistryCredentials = (projectId: string) =>
  readPage(`/projects/${projectId}/registry-credentials?limit=100`, registryCredentialSchema);

export const loadKeys = (projectId: string) => readPage(`/projects/${projectId}/keys?limit=100`, keySchema);
