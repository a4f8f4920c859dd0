import type { ReactNode } from 'react';
import { classes } from '@/lib/classes';

const tones = {
  plain: 'border-line-strong text-text-2',
  accent: 'border-accent/40 text-accent',
  good: 'border-good/40 text-good',
  bad: 'border-bad/40 text-bad',
  wait: 'border-wait/40 text-wait',
  trust: 'border-trust/40 text-trust',
} as const;

export type Tone = keyof typeof tones;

export function Badge({ tone = 'plain', mono, children }: { tone?: Tone; mono?: boolean; children: ReactNode }) {
  return (
    <span
      className={classes(
        'inline-block max-w-full truncate rounded border px-1.5 align-middle text-xs leading-[18px]',
        mono && 'font-mono',
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}
