'use client';

import { onDemand } from '@/components/ui/on-demand';

/** Few projects have a tag to give free: pages without one load nothing for it. */
export const FreeTag = onDemand(
  () => import('@/components/ui/delete-button').then((module) => module.DeleteButton),
  null,
);
