'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { onDemand } from '@/components/ui/on-demand';
import { scopeWords } from '../model/store-words';
import type { ResetScope } from './reset-dialog';

const loadDialog = () => import('./reset-dialog').then((module) => module.ResetDialog);
const ResetDialog = onDemand(loadDialog);

/** From the next build on nothing older is found. */
export function ResetCache(scope: ResetScope) {
  const { only } = scope;
  // Undefined until it was wanted once; it stays then, so that its dialog can give the focus back.
  const [open, setOpen] = useState<boolean>();
  const soon = (): void => void loadDialog();
  const title = only ? `Reset the cache of ${scopeWords(only)}` : 'Reset the cache';
  return (
    <>
      <Button
        look={only ? 'quiet' : 'plain'}
        className="text-xs text-bad!"
        aria-label={title}
        onPointerEnter={soon}
        onFocus={soon}
        onClick={() => setOpen(true)}
      >
        {only ? 'Reset' : 'Reset the cache'}
      </Button>
      {open !== undefined && <ResetDialog {...scope} title={title} open={open} onClose={() => setOpen(false)} />}
    </>
  );
}
