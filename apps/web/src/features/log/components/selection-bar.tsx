'use client';

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { writeClipboard } from '@/lib/clipboard';
import type { JoinedLog } from '../model/joined-log';
import { formatLineAddress, type LineAddress } from '../model/line-address';
import { excerptTitle, markdownExcerpt } from '../model/markdown-excerpt';
import { stepOfKey } from '../model/step-key';

/** Most lines that are copied at once. */
const mostLines = 10_000;

interface SelectionBarProps {
  readonly selection: LineAddress & { readonly from: number };
  readonly stepName: string;
  readonly attempt: number;
  readonly log: JoinedLog;
  /** Somebody comes by keyboard; told when they are here. */
  readonly focusWanted: boolean;
  readonly onFocus: () => void;
}

/** What can be done with the lines that the address names. Arrows walk it, Esc leads back to the lines. */
export function SelectionBar(props: SelectionBarProps) {
  const { selection, stepName, attempt, log, focusWanted, onFocus } = props;
  const { step, from } = selection;
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!focusWanted) return;
    bar.current?.querySelector('button')?.focus();
    onFocus();
  });
  const last = Math.min(selection.to ?? from, from + mostLines - 1);
  const title = excerptTitle(stepName, from, last);
  const linesOf = async (): Promise<string[]> => {
    await log.load(log.missing(step, from - 1, last));
    return Array.from({ length: last - from + 1 }, (_, at) => log.line(step, from - 1 + at)?.text ?? '');
  };
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={`Of ${title}`}
      onKeyDown={walk}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-bg px-3 py-1 text-xs"
    >
      <span className="truncate">{title}</span>
      <span className="flex-1" />
      <CopyLines label="Copy text" make={async () => (await linesOf()).join('\n')} />
      <CopyLines
        label="Copy as Markdown"
        make={async () => markdownExcerpt({ title, href: addressOf(selection, attempt), lines: await linesOf() })}
      />
      <CopyButton text={() => addressOf(selection, attempt)} label="Copy link" what="to these lines" />
    </div>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (event.key === 'Escape') document.querySelector<HTMLElement>('a[data-line][aria-current=true]')?.focus();
  else if (step === 0) return;
  else buttons.at((buttons.indexOf(document.activeElement as HTMLButtonElement) + step) % buttons.length)?.focus();
  event.preventDefault();
}

/** With the attempt in it: the page's own address means the newest one, which may be another tomorrow. */
function addressOf(selection: LineAddress, shown: number): string {
  const url = new URL(window.location.href);
  const { attempt, ordinal } = stepOfKey(selection.step);
  url.searchParams.set('attempt', String(attempt ?? shown));
  url.hash = formatLineAddress({ ...selection, step: ordinal });
  return url.href;
}

function CopyLines({ label, make }: { label: string; make: () => Promise<string> }) {
  const [words, setWords] = useState<string | null>(null);
  const copy = (): void => {
    make()
      .then(writeClipboard)
      .then(
        () => setWords('Copied'),
        () => setWords('Not copied'),
      )
      .finally(() => setTimeout(() => setWords(null), 2000));
  };
  return (
    <Button look="quiet" className="text-xs" onClick={copy}>
      <span aria-live="polite">{words ?? label}</span>
    </Button>
  );
}
