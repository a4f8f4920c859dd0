'use client';

import { useMemo, useState } from 'react';
import { Button } from '@/components/ui/button';
import { ScrollBox } from '@/components/ui/scroll-box';
import { visibleText } from '@/lib/format/names';
import { type BodyLine, bodyTree, openAtFirst, shownLines } from '../model/body-tree';

const indents = ['pl-3', 'pl-7', 'pl-11', 'pl-15', 'pl-19', 'pl-23', 'pl-27'] as const;

/** The body as a tree that one opens, or as it came if it is no JSON or was cut. All of it is text. */
export function BodyView({ body }: { body: string }) {
  const tree = useMemo(() => bodyTree(body), [body]);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => openAtFirst(tree?.lines ?? []));
  if (!tree)
    return (
      <ScrollBox label="Body" className="max-h-[60dvh] overflow-auto px-3 py-2.5">
        <pre className="break-all whitespace-pre-wrap">{body}</pre>
      </ScrollBox>
    );
  const toggle = (key: string): void => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const all = tree.lines.filter(({ parts }) => parts > 0).map(({ key }) => key);
  return (
    <>
      <div className="flex gap-2 border-b border-line px-3 py-1.5">
        <Button look="quiet" className="text-xs" shortcut="+" onClick={() => setOpen(new Set(all))}>
          Open all
        </Button>
        <Button look="quiet" className="text-xs" shortcut="-" onClick={() => setOpen(openAtFirst(tree.lines))}>
          Fold
        </Button>
      </div>
      <ul aria-label="Fields of the body" className="code-font max-h-[60dvh] overflow-auto py-1.5 text-sm">
        {shownLines(tree.lines, open).map((line) => (
          <li key={line.key} className={indents[Math.min(line.depth, indents.length - 1)]}>
            {line.parts > 0 ? <Branch line={line} open={open.has(line.key)} onToggle={toggle} /> : <Leaf line={line} />}
          </li>
        ))}
      </ul>
      {tree.cut && (
        <p className="border-t border-line px-3 py-2 text-sm text-wait">The rest of the body is in the download.</p>
      )}
    </>
  );
}

interface BranchProps {
  readonly line: BodyLine;
  readonly open: boolean;
  readonly onToggle: (key: string) => void;
}

function Branch({ line, open, onToggle }: BranchProps) {
  const brackets = line.kind === 'list' ? '[ ]' : '{ }';
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={() => onToggle(line.key)}
      className="min-h-6 w-full text-left hover:bg-sunken"
    >
      <span aria-hidden className="inline-block w-4 text-text-3">
        {open ? '▾' : '▸'}
      </span>
      {visibleText(line.name) || 'body'}{' '}
      <span className="text-text-3">
        {brackets} {line.parts}
      </span>
    </button>
  );
}

function Leaf({ line }: { line: BodyLine }) {
  const value = line.value ?? (line.kind === 'list' ? '[ ]' : '{ }');
  return (
    <p className="min-h-6 pr-3 pl-4 break-all">
      <span className="text-text-2">{visibleText(line.name)}</span>{' '}
      <span className={line.kind === 'text' ? 'text-text' : 'text-accent'}>{visibleText(value)}</span>
    </p>
  );
}
