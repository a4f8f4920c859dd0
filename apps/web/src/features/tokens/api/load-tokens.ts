import 'server-only';
import { tokenSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';

export const tokensAddress = (organization: string, cursor: string | null): string =>
  withQuery('/tokens', { organization, cursor });

export const loadTokens = (organization: string, cursor: string | null) =>
  readPage(tokensAddress(organization, cursor), tokenSchema);
