'use client';

import { Button } from '@/components/ui/button';
import { onDemand } from '@/components/ui/on-demand';
import { useOpening } from '@/components/ui/use-opening';
import type { StartBuildProps } from './start-build';

const loadDialog = () => import('./start-build').then((module) => module.StartBuild);
const StartBuild = onDemand(loadDialog);

/** A build by hand, of a ref as it is at the git host now. */
export function BuildNow(props: StartBuildProps) {
  const { wanted, open, close, opener } = useOpening(loadDialog);
  return (
    <>
      <Button look="primary" shortcut="b" {...opener}>
        Build now
      </Button>
      {wanted && <StartBuild {...props} open={open} onClose={close} />}
    </>
  );
}
