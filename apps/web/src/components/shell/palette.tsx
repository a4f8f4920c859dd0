'use client';

import { useRouter } from 'next/navigation';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { byGroup, type Command, matchCommands } from '@/lib/palette/command';
import { ownCommands } from '@/lib/palette/own-commands';
import { type PaletteScope, typedAhead } from '@/lib/palette/palette-store';
import { useSearch } from '@/lib/palette/use-search';
import { PaletteEnd } from './palette-end';
import { PaletteList } from './palette-list';

const names: Readonly<Record<PaletteScope['kind'], string>> = {
  all: 'Search and commands',
  projects: 'Switch to a project',
  builds: 'Switch to a build',
};
const prompts: Readonly<Record<PaletteScope['kind'], string>> = {
  all: 'Page, project, build number, commit, digest or action',
  projects: 'Name of a project',
  builds: 'Number, commit or words of the commit',
};

/** The combobox pattern of WAI-ARIA: the focus stays in the field, arrows walk the list, Enter acts, Esc closes. */
export function Palette({ scope, onClose }: { scope: PaletteScope; onClose: () => void }) {
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(typedAhead);
  const [at, setAt] = useState(0);
  const listId = useId();
  const search = useSearch(text, scope);
  const own = useMemo(() => (scope.kind === 'all' ? ownCommands() : []), [scope]);
  const groups = useMemo(
    () => byGroup([...matchCommands(own, text), ...search.commands]),
    [own, text, search.commands],
  );
  const commands = groups.flatMap((group) => group.commands);
  const current = commands[Math.min(at, commands.length - 1)];

  // Enter was pressed before there was an answer: the first of it is meant.
  const awaited = useRef(false);
  // At once with the drawing: what is typed between it and the opening would reach neither the field nor its first text.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    setText(typedAhead());
  }, []);
  useEffect(() => {
    if (!awaited.current || search.state === 'asking') return;
    awaited.current = false;
    if (current) act(current);
  });

  const act = (command: Command): void => {
    // First closed, so that the focus is back on the page that the command is about.
    dialog.current?.close();
    if (command.act.kind === 'go') router.push(command.act.href);
    else command.act.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setAt((before) => walk(Math.min(before, commands.length - 1), step, commands.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (current && (search.state !== 'asking' || own.includes(current))) act(current);
      else awaited.current = true;
    }
  };
  return (
    <dialog
      ref={dialog}
      aria-label={names[scope.kind]}
      onClose={onClose}
      closedby="any"
      className="mx-auto mt-[12vh] w-[min(40rem,calc(100vw-1.5rem))] overflow-hidden rounded border border-line-strong bg-surface p-0 text-base shadow-xl"
    >
      <input
        autoFocus
        role="combobox"
        aria-label={names[scope.kind]}
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={current && `${listId}-${current.id}`.replaceAll(' ', '-')}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        placeholder={prompts[scope.kind]}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
          awaited.current = false;
        }}
        onKeyDown={onKeyDown}
        className="block w-full border-b border-line bg-surface px-4 py-3 text-lg placeholder:text-text-3 focus-visible:-outline-offset-2"
      />
      <PaletteList id={listId} label={names[scope.kind]} groups={groups} current={current} onAct={act} />
      <PaletteEnd text={text} count={commands.length} state={search.state} />
    </dialog>
  );
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/** One step goes round the ends; a page stops at them. */
function walk(from: number, step: number, count: number): number {
  if (Math.abs(step) === 1) return (from + step + count) % count;
  return Math.min(count - 1, Math.max(0, from + step));
}
