'use client';

import { useSyncExternalStore } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { curlOfDelivery, type StoredCall } from '../model/curl-of-delivery';

const never = (): (() => void) => () => undefined;

/** The call itself as a command. */
export function CopyCall({ call, hookUrl }: { call: StoredCall; hookUrl: string }) {
  const origin = useSyncExternalStore(
    never,
    () => window.location.origin,
    () => '',
  );
  return (
    <CopyButton text={curlOfDelivery(call, hookUrl, origin)} look="plain" label="Copy as curl" what="of this call" />
  );
}
