'use client';

import { useEffect, useState } from 'react';
import { writeClipboard } from '@/lib/clipboard';
import { Button, type ButtonLook } from './button';

export interface CopyButtonProps {
  /** The text, or how to make it when it is known only then; the address of the page when missing, filters and lines included. */
  readonly text?: string | (() => string);
  readonly label?: string;
  readonly look?: ButtonLook;
  readonly shortcut?: string;
  /** What is copied, in words, for those who do not see the button's place. */
  readonly what: string;
  /** The whole name, where `label` and `what` do not make one; it contains the label. */
  readonly name?: string;
  /** Whether the palette offers it also where the window has no room for the button. */
  readonly always?: boolean;
}

export function CopyButton({ text, label = 'Copy', look = 'quiet', shortcut, what, name, always }: CopyButtonProps) {
  const [result, setResult] = useState<'none' | 'done' | 'failed'>('none');
  useEffect(() => {
    if (result === 'none') return;
    const timer = setTimeout(() => setResult('none'), 2000);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = (): void => {
    const now = typeof text === 'function' ? text() : (text ?? window.location.href);
    writeClipboard(now).then(
      () => setResult('done'),
      () => setResult('failed'),
    );
  };
  return (
    <Button
      look={look}
      shortcut={shortcut}
      onClick={copy}
      aria-label={name ?? `${label} ${what}`}
      data-always={always ? '' : undefined}
      className="text-xs"
    >
      <span aria-live="polite">{result === 'done' ? 'Copied' : result === 'failed' ? 'Select and copy' : label}</span>
    </Button>
  );
}
