'use client';

import { useEffect, useState } from 'react';
import { Button, type ButtonLook } from './button';

export interface CopyButtonProps {
  /** The text, or how to make it when it depends on the address of this origin. */
  readonly text: string;
  readonly label?: string;
  readonly look?: ButtonLook;
  readonly shortcut?: string;
  /** What is copied, in words, for those who do not see the button's place. */
  readonly what: string;
}

export function CopyButton({ text, label = 'Copy', look = 'quiet', shortcut, what }: CopyButtonProps) {
  const [result, setResult] = useState<'none' | 'done' | 'failed'>('none');
  useEffect(() => {
    if (result === 'none') return;
    const timer = setTimeout(() => setResult('none'), 2000);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = (): void => {
    writeClipboard(text).then(
      () => setResult('done'),
      () => setResult('failed'),
    );
  };
  return (
    <Button look={look} shortcut={shortcut} onClick={copy} aria-label={`${label} ${what}`} className="text-xs">
      <span aria-live="polite">{result === 'done' ? 'Copied' : result === 'failed' ? 'Select and copy' : label}</span>
    </Button>
  );
}

/** The clipboard is missing where the page came over plain http from another machine. */
async function writeClipboard(text: string): Promise<void> {
  if (!navigator.clipboard) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}
