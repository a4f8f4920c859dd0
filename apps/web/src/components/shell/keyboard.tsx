'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { type KeyEffect, nextRow, noKeys, pressKey } from '@/lib/keys/key-map';
import { KeySheet } from './key-sheet';

/**
 * One listener for all shortcuts. Controls say their key by `data-key`, rows that `j` and `k` walk by `data-row`; what is
 * not on the page has no effect.
 */
export function Keyboard() {
  const router = useRouter();
  const [helpOpen, setHelpOpen] = useState(false);
  const state = useRef(noKeys);

  useEffect(() => {
    const carryOut = (effect: KeyEffect): boolean => {
      if (effect.kind === 'go') router.push(effect.href);
      else if (effect.kind === 'help') setHelpOpen(true);
      else if (effect.kind === 'row') return goToRow(effect.step);
      else if (effect.kind === 'press') return pressControl(effect.key);
      return effect.kind !== 'none';
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const { state: next, effect } = pressKey(state.current, event.key, event.timeStamp);
      state.current = next;
      if (carryOut(effect)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [router]);

  return <KeySheet open={helpOpen} onClose={() => setHelpOpen(false)} />;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox],[type=radio]), textarea, select') !== null
  );
}

function pressControl(key: string): boolean {
  const control = [...document.querySelectorAll<HTMLElement>('[data-key]')].find(
    (element) => element.dataset.key === key && element.checkVisibility() && !element.matches(':disabled'),
  );
  if (control?.matches('input')) control.focus();
  else control?.click();
  return control !== undefined;
}

function goToRow(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter((row) => row.checkVisibility());
  const row = rows[nextRow(rows.indexOf(document.activeElement as HTMLElement), step, rows.length)];
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
  return row !== undefined;
}
