'use client';

import { Button } from '@/components/ui/button';
import { onDemand } from '@/components/ui/on-demand';
import { useOpening } from '@/components/ui/use-opening';
import { scopeWords } from '../model/store-words';
import type { ResetScope } from './reset-dialog';

const loadDialog = () => import('./reset-dialog').then((module) => module.ResetDialog);
const ResetDialog = onDemand(loadDialog);

/** From the next build on nothing older is found. */
export function ResetCache(scope: ResetScope) {
  const { only } = scope;
  const { wanted, open, close, opener } = useOpening(loadDialog);
  const title = only ? `Reset the cache of ${scopeWords(only)}` : 'Reset the cache';
  return (
    <>
      <Button look={only ? 'quiet' : 'plain'} className="text-xs text-bad!" aria-label={title} {...opener}>
        {only ? 'Reset' : 'Reset the cache'}
      </Button>
      {wanted && <ResetDialog {...scope} title={title} open={open} onClose={close} />}
    </>
  );
}
