'use client';

import { Key } from '@/components/ui/button';
import { foldAll } from '@/features/log/model/fold-all';

/** Walks and folds the tree of steps it stands above, and folds the log. What is open is no state that is kept here. */
export function StepKeys({ tree }: { tree: string }) {
  const all = <E extends Element>(selector: string): E[] => [
    ...(document.getElementById(tree)?.querySelectorAll<E>(selector) ?? []),
  ];
  const fold = (open: boolean): void => {
    for (const part of all<HTMLDetailsElement>('details')) part.open = open;
    foldAll(open);
  };
  const go = (step: 1 | -1): void => {
    const ran = all<HTMLElement>('[data-ran]');
    const rows = all<HTMLElement>('[data-row]');
    const here = rows.indexOf(document.activeElement as HTMLElement);
    const onward = ran.filter((row) => (here === -1 ? true : (rows.indexOf(row) - here) * step > 0));
    const target = step === 1 ? onward[0] : onward.at(-1);
    target?.closest('details')?.setAttribute('open', '');
    target?.focus();
    target?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <span className="flex gap-0.5">
      <TreeKey shortcut="n" label="Next step that ran" onPress={() => go(1)} />
      <TreeKey shortcut="p" label="Previous step that ran" onPress={() => go(-1)} />
      <TreeKey shortcut="+" label="Open all stages, and all steps of the log" onPress={() => fold(true)} />
      <TreeKey shortcut="-" label="Fold all stages, and all steps of the log" onPress={() => fold(false)} />
    </span>
  );
}

interface TreeKeyProps {
  readonly shortcut: string;
  readonly label: string;
  readonly onPress: () => void;
}

function TreeKey({ shortcut, label, onPress }: TreeKeyProps) {
  return (
    <button
      type="button"
      data-key={shortcut}
      aria-label={label}
      title={label}
      onClick={onPress}
      className="inline-flex size-7 items-center justify-center rounded hover:bg-sunken hover:text-text"
    >
      <span className="md:hidden">{shortcut}</span>
      <Key>{shortcut}</Key>
    </button>
  );
}
