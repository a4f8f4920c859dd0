'use client';

import { useEffect, useRef, useState } from 'react';
import { onDemand } from '@/components/ui/on-demand';
import { isPaletteKey, isTyping } from '@/lib/keys/key-events';
import { type KeyEffect, nextRow, noKeys, pressKey } from '@/lib/keys/key-map';
import { isPopoverOpen, pressControl, rowFocused, visibleRows } from '@/lib/keys/page-controls';
import { closePalette, openPalette, type PaletteScope, typeAhead, usePaletteScope } from '@/lib/palette/palette-store';

const KeySheet = onDemand(() => import('./key-sheet').then((module) => module.KeySheet));
const Palette = onDemand(() => import('./palette').then((module) => module.Palette));

/**
 * One listener for all shortcuts, and for the controls that open the palette. Controls say their key by `data-key`, rows that `j` and `k` walk by `data-row`; what is
 * not on the page has no effect.
 */
export function Keyboard() {
  // Undefined until it was wanted once; it stays then, so that its dialog can give the focus back.
  const [help, setHelp] = useState<boolean>();
  const scope = usePaletteScope();
  const state = useRef(noKeys);

  useEffect(() => {
    const carryOut = (effect: KeyEffect): boolean => {
      if (effect.kind === 'go') return goToPage(effect.keys);
      if (effect.kind === 'help') setHelp(true);
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
      if (document.querySelector('[data-opening]')) return;
      if (isTyping(event.target)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur();
        return;
      }
      const { state: next, effect } = pressKey(state.current, event.key, event.timeStamp);
      state.current = next;
      if (carryOut(effect)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    document.addEventListener('click', openByClick);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('click', openByClick);
    };
  }, []);

  return (
    <>
      {help !== undefined && <KeySheet open={help} onClose={() => setHelp(false)} />}
      {scope && <Palette scope={scope} onClose={closePalette} />}
    </>
  );
}

/** By its link in the rail, which is there also where a narrow window does not show it. */
function goToPage(keys: string): boolean {
  const link = document.querySelector<HTMLElement>(`nav [data-go="${keys}"]`);
  link?.click();
  return link !== null;
}

function openByClick({ target }: MouseEvent): void {
  const opener = target instanceof Element ? target.closest<HTMLElement>('[data-palette]') : null;
  if (opener) openPalette(JSON.parse(opener.dataset.palette ?? '') as PaletteScope);
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
