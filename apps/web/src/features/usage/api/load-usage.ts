import 'server-only';
import { organizationUsageSchema } from '@cooperage/contracts';
import { read } from '@/lib/api/server';

/** @param organization id or short name */
export const usageAddress = (organization: string): string =>
  `/organizations/${encodeURIComponent(organization)}/usage`;

export const loadUsage = (organization: string) => read(usageAddress(organization), organizationUsageSchema);
