'use client';

import { Button } from '@/components/ui/button';
import { pressControl } from '@/lib/keys/page-controls';

/** The same as “Build now” above, where the eye is when nothing else is there. */
export function StartFirst() {
  return (
    <Button look="primary" onClick={() => pressControl('b')}>
      Start the first build
    </Button>
  );
}
