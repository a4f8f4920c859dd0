import 'server-only';
import { administeredOrganizationSchema, organizationDetailSchema, quotaSettingsSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export const organizationsAddress = (cursor: string | null): string => withQuery('/organizations', { cursor });

export const loadOrganizations = (cursor: string | null) =>
  readPage(organizationsAddress(cursor), administeredOrganizationSchema);

export const organizationAddress = (slug: string): string => `/organizations/${encodeURIComponent(slug)}`;

export const loadOrganization = (slug: string) => read(organizationAddress(slug), organizationDetailSchema);

export const loadQuotaDefaults = () => read('/quotas', quotaSettingsSchema);
