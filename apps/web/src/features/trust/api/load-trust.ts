import 'server-only';
import {
  foundImageSchema,
  keyEffectsSchema,
  policyResultSchema,
  policySchema,
  reverificationSchema,
  trustKeySchema,
  trustRequestSchema,
} from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export const trustKeysAddress = (cursor: string | null): string => withQuery('/trust/keys', { cursor });

export const loadKeys = (cursor: string | null) => readPage(trustKeysAddress(cursor), trustKeySchema);

export const loadFailing = () => readPage('/trust/failing', foundImageSchema);

export const loadRounds = () => readPage('/trust/verifications?limit=100', reverificationSchema);

export const loadPolicy = (projectId: string) => read(`/projects/${projectId}/policy`, policySchema);

export const loadRequests = (projectId: string) =>
  readPage(`/projects/${projectId}/trust-requests`, trustRequestSchema);

export const loadEffects = (projectId: string, keyId: string) =>
  read(`/projects/${projectId}/keys/${keyId}/effects`, keyEffectsSchema);

export const testPolicy = (projectId: string, reference: string) =>
  read(withQuery(`/projects/${projectId}/policy/test`, { reference }), policyResultSchema);
