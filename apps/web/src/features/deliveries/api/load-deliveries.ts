import 'server-only';
import { deliveryDetailSchema, deliverySchema, refusalSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export const deliveriesAddress = (projectId: string, cursor: string | null): string =>
  withQuery(`/projects/${projectId}/deliveries`, { cursor });

export const loadDeliveries = (projectId: string, cursor: string | null) =>
  readPage(deliveriesAddress(projectId, cursor), deliverySchema);

export const loadDelivery = (id: string) => read(`/deliveries/${encodeURIComponent(id)}`, deliveryDetailSchema);

export const loadRefusals = (projectId: string) => readPage(`/projects/${projectId}/refusals?limit=20`, refusalSchema);
