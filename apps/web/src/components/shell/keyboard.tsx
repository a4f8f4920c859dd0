'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { type KeyEffect, nextRow, noKeys, pressKey } from '@/lib/keys/key-map';
import { isPopoverOpen, isTyping, pressControl, rowFocused, visibleRows } from '@/lib/keys/page-controls';
import { closePalette, openPalette, typeAhead, usePaletteScope } from '@/lib/palette/palette-store';

// Loaded by whoever opens them first: no page waits for what most visits never use.
const KeySheet = dynamic(() => import('./key-sheet').then((module) => module.KeySheet), { ssr: false });
const Palette = dynamic(() => import('./palette').then((module) => module.Palette), { ssr: false });

/**
 * One listener for all shortcuts. Controls say their key by `data-key`, rows that `j` and `k` walk by `data-row`; what is
 * not on the page has no effect.
 */
export function Keyboard() {
  const router = useRouter();
  // Undefined until it was wanted once; it stays then, so that its dialog can give the focus back.
  const [help, setHelp] = useState<boolean>();
  const scope = usePaletteScope();
  const state = useRef(noKeys);

  useEffect(() => {
    const carryOut = (effect: KeyEffect): boolean => {
      if (effect.kind === 'go') router.push(effect.href);
      else if (effect.kind === 'help') setHelp(true);
      else if (effect.kind === 'row') return goToRow(effect.step);
      else if (effect.kind === 'select') return selectRow();
      else if (effect.kind === 'back') return goBack();
      else if (effect.kind === 'press') return pressControl(effect.key);
      return effect.kind !== 'none';
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      if (isPaletteKey(event)) {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (typeAhead(event.key)) {
        event.preventDefault();
        return;
      }
      if (isTyping(event.target)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur();
        return;
      }
      const { state: next, effect } = pressKey(state.current, event.key, event.timeStamp);
      state.current = next;
      if (carryOut(effect)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [router]);

  return (
    <>
      {help !== undefined && <KeySheet open={help} onClose={() => setHelp(false)} />}
      {scope && <Palette scope={scope} onClose={closePalette} />}
    </>
  );
}

/** Works inside inputs too: it types nothing. */
function isPaletteKey(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
}

function goToRow(step: 1 | -1): boolean {
  const rows = visibleRows();
  const row = rows[nextRow(rows.indexOf(document.activeElement as HTMLElement), step, rows.length)];
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
  return row !== undefined;
}

function selectRow(): boolean {
  const box = rowFocused()?.querySelector<HTMLInputElement>('input[type=checkbox]:not(:disabled)');
  box?.click();
  return box !== undefined && box !== null;
}

/** To the place that the breadcrumb names before this one. What is open closes first, by the platform's own Esc. */
function goBack(): boolean {
  if (isPopoverOpen()) return false;
  const places = document.querySelectorAll<HTMLElement>('nav[aria-label="Place"] a[data-place]');
  const last = places.item(places.length - 1);
  last?.click();
  return last !== null;
}
