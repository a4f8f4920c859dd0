'use client';

import { useEffect, useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { type KeyBinding, listKeys, navigationKeys } from '@/lib/keys/keys-of-pages';
import { pageControls, wordsOf } from '@/lib/keys/page-controls';

/** All keys that work here: those of every page, and those that this page's own controls carry. */
export function KeySheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [own, setOwn] = useState<readonly KeyBinding[]>([]);
  useEffect(() => {
    if (open) setOwn(keysOfPage());
  }, [open]);
  return (
    <Dialog title="Keys" open={open} onClose={onClose}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Group title="Go to" bindings={navigationKeys} />
        <Group title="Everywhere" bindings={listKeys} />
        {own.length > 0 && <Group title="On this page" bindings={own} />}
      </div>
    </Dialog>
  );
}

function Group({ title, bindings }: { title: string; bindings: readonly KeyBinding[] }) {
  return (
    <section>
      <h3 className="mb-1 text-xs font-semibold text-text-2">{title}</h3>
      <dl className="grid grid-cols-[4rem_1fr] gap-y-1">
        {bindings.map((binding) => (
          <div key={`${binding.keys.join(' ')} ${binding.label}`} className="contents">
            <dt>
              <kbd className="rounded border border-b-2 border-line-strong px-1.5">{binding.keys.join(' ')}</kbd>
            </dt>
            <dd>{binding.label}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function keysOfPage(): KeyBinding[] {
  return pageControls().map((control) => ({ keys: [control.dataset.key ?? ''], label: wordsOf(control) }));
}
