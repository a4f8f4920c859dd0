'use client';

import { useSyncExternalStore } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { curlCommand } from '@/lib/format/shell';

const never = (): (() => void) => () => undefined;

/** The page's data as a command for a terminal. */
export function CopyCurl({ path }: { path: string }) {
  const origin = useSyncExternalStore(
    never,
    () => window.location.origin,
    () => '',
  );
  return (
    <CopyButton text={curlCommand(origin, path)} label="curl" what="command for what this page shows" shortcut="c" />
  );
}
