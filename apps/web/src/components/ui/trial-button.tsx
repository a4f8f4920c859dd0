'use client';

import type { Trial } from '@cooperage/contracts';
import { useState } from 'react';
import { send } from '@/lib/api/browser';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { Button } from './button';
import { ProblemNote } from './problem-note';

export interface TrialButtonProps {
  /** Below `/api/v1`. */
  readonly address: string;
  readonly label: string;
  /** What is tried, where several buttons on a page have the same label. */
  readonly what: string;
}

/** Tries a connection when asked, and says what was seen. */
export function TrialButton({ address, label, what }: TrialButtonProps) {
  const [pending, setPending] = useState(false);
  const [result, setResult] = useState<Awaited<ReturnType<typeof send<Trial>>> | null>(null);
  const tryIt = (): void => {
    setPending(true);
    void send<Trial>('POST', `/v1${address}`).then((seen) => {
      setResult(seen);
      setPending(false);
    });
  };
  return (
    <>
      <Button onClick={tryIt} disabled={pending} aria-label={`${label}: ${what}`}>
        {pending ? 'Trying' : label}
      </Button>
      {result && !result.ok && <ProblemNote problem={result.problem} />}
      <p role="status" className={classes('order-last basis-full text-sm empty:hidden', pending && 'opacity-60')}>
        {result?.ok && (
          <>
            <b className={classes('font-semibold', result.value.ok ? 'text-good' : 'text-bad')}>
              {result.value.ok ? '✓' : '✕'}
            </b>{' '}
            {visibleText(result.value.fact)} <span className="text-text-2 tabular-nums">{result.value.tookMs} ms</span>
          </>
        )}
      </p>
    </>
  );
}
