'use client';

import { Lost } from '@/components/shell/lost';
import { Button } from '@/components/ui/button';

/** A defect of ours. The digest is all that is shown of it: it finds the cause in the server's own log. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Lost
      title="This page broke"
      action={
        <Button look="primary" onClick={reset}>
          Try again
        </Button>
      }
    >
      The fault is ours, not yours. Builds go on without this page.
      {error.digest && (
        <>
          {' '}
          An operator finds it in the log under <code>{error.digest}</code>.
        </>
      )}
    </Lost>
  );
}
