'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ScrollBox } from '@/components/ui/scroll-box';
import { shortDigest, visibleText } from '@/lib/format/names';

/** A document as the registry keeps it, fetched when it is asked for. */
export function RawDocument({ address, digest }: { address: string; digest: string }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const show = (): void => {
    setOpen(true);
    if (text !== null) return;
    fetch(`/api/v1${address}`, { credentials: 'same-origin' })
      .then(async (response) => {
        if (!response.ok) throw new Error(`The service answered ${response.status}.`);
        setText(indented(await response.text()));
      })
      .catch((error: unknown) => setText(error instanceof Error ? error.message : 'The document could not be read.'));
  };
  return (
    <>
      <Button look="quiet" className="text-xs" aria-label={`Raw JSON of ${shortDigest(digest)}`} onClick={show}>
        JSON
      </Button>
      <Dialog title={shortDigest(digest)} open={open} onClose={() => setOpen(false)}>
        <ScrollBox label="Document" className="max-h-[70dvh] overflow-auto text-[12.5px]">
          <pre className="text-[12.5px]">{text === null ? 'Reading' : text}</pre>
        </ScrollBox>
      </Dialog>
    </>
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return visibleText(text);
  }
}
