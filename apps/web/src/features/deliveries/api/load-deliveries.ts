import 'server-only';
import {
  type DeliveryOutcome,
  deliveryDetailSchema,
  deliverySchema,
  dryRunSchema,
  hookSilenceSchema,
  refusalSchema,
} from '@cooperage/contracts';
import { cache } from 'react';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export interface LedgerQuery {
  /** All projects of the reader's when missing. */
  readonly projectId?: string;
  readonly outcome: DeliveryOutcome | null;
  readonly cursor: string | null;
}

export const deliveriesAddress = ({ projectId, outcome, cursor }: LedgerQuery): string =>
  withQuery(projectId === undefined ? '/deliveries' : `/projects/${projectId}/deliveries`, { outcome, cursor });

export const loadDeliveries = (query: LedgerQuery) => readPage(deliveriesAddress(query), deliverySchema);

export const loadDelivery = cache((id: string) => read(`/deliveries/${encodeURIComponent(id)}`, deliveryDetailSchema));

export const loadDryRun = (id: string) => read(`/deliveries/${encodeURIComponent(id)}/dry-run`, dryRunSchema);

export const loadRefusals = (projectId?: string) =>
  readPage(projectId === undefined ? '/refusals' : `/projects/${projectId}/refusals?limit=20`, refusalSchema);

export const loadSilences = (projectId?: string) =>
  readPage(withQuery('/hook-silences', { project: projectId }), hookSilenceSchema);
