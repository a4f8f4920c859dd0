import 'server-only';
import { memberSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';

export const membersAddress = (organization: string, cursor: string | null): string =>
  withQuery(`/organizations/${encodeURIComponent(organization)}/members`, { cursor });

export const loadMembers = (organization: string, cursor: string | null) =>
  readPage(membersAddress(organization, cursor), memberSchema);
