import 'server-only';
import { memberSchema, pendingInvitationSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';

export const membersAddress = (organization: string, cursor: string | null): string =>
  withQuery(`/organizations/${encodeURIComponent(organization)}/members`, { cursor });

export const loadMembers = (organization: string, cursor: string | null) =>
  readPage(membersAddress(organization, cursor), memberSchema);

/** The first hundred; who has more revokes some, or waits until they end by themselves. */
export const loadPendingInvitations = (organization: string) =>
  readPage(
    withQuery(`/organizations/${encodeURIComponent(organization)}/invitations`, { limit: '100' }),
    pendingInvitationSchema,
  );
