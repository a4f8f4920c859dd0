'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { onDemand } from '@/components/ui/on-demand';
import { shortDigest } from '@/lib/format/names';

const RawText = onDemand(() => import('./raw-text').then((module) => module.RawText), 'Reading');

/** A document as the registry keeps it, fetched when it is asked for. */
export function RawDocument({ address, digest }: { address: string; digest: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        look="quiet"
        className="text-xs"
        aria-label={`Raw JSON of ${shortDigest(digest)}`}
        onClick={() => setOpen(true)}
      >
        JSON
      </Button>
      <Dialog title={shortDigest(digest)} open={open} onClose={() => setOpen(false)}>
        <RawText address={address} />
      </Dialog>
    </>
  );
}
