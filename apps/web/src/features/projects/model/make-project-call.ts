import type { ApiCall } from '@/lib/format/shell';

/** Making a project from a terminal; who copies it puts the own values in. */
export const makeProjectCall: ApiCall = {
  method: 'POST',
  path: '/projects',
  body: { organizationId: '…', slug: 'api', name: 'API', remoteUrl: 'https://git.example/acme/api.git' },
};
