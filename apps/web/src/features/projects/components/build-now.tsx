'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { onDemand } from '@/components/ui/on-demand';
import type { StartBuildProps } from './start-build';

const loadDialog = () => import('./start-build').then((module) => module.StartBuild);
const StartBuild = onDemand(loadDialog);

/** A build by hand, of a ref as it is at the git host now. */
export function BuildNow(props: StartBuildProps) {
  // Undefined until it was wanted once; it stays then, so that its dialog can give the focus back.
  const [open, setOpen] = useState<boolean>();
  const soon = (): void => void loadDialog();
  return (
    <>
      <Button look="primary" shortcut="b" onPointerEnter={soon} onFocus={soon} onClick={() => setOpen(true)}>
        Build now
      </Button>
      {open !== undefined && <StartBuild {...props} open={open} onClose={() => setOpen(false)} />}
    </>
  );
}
