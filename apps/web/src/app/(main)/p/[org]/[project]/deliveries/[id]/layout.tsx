import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { loadDelivery } from '@/features/deliveries/api/load-deliveries';
import type { ProjectParams } from '@/features/projects/api/load-project';
import { decodeSegment } from '@/lib/address/paths';
import { isAbsent } from '@/lib/api/problem';

interface Props {
  readonly params: Promise<ProjectParams & { id: string }>;
  readonly children: ReactNode;
}

/** As the project's: 404 for a delivery that is not there. */
export default async function DeliveryLayout({ params, children }: Props) {
  const delivery = await loadDelivery(decodeSegment((await params).id));
  if (!delivery.ok && isAbsent(delivery.problem)) notFound();
  return children;
}
