'use client';

import { useEffect, useRef } from 'react';
import { Key } from '@/components/ui/button';
import type { Command } from '@/lib/palette/command';

export interface PaletteListProps {
  readonly id: string;
  readonly label: string;
  readonly groups: readonly { readonly group: string; readonly commands: readonly Command[] }[];
  readonly current: Command | undefined;
  readonly onAct: (command: Command) => void;
}

export function PaletteList({ id, label, groups, current, onAct }: PaletteListProps) {
  return (
    <div id={id} role="listbox" aria-label={label} className="max-h-[min(26rem,55vh)] overflow-y-auto px-2 pb-2">
      {groups.map(({ group, commands }) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
        <div key={group} role="group" aria-label={group}>
          <div aria-hidden className="px-2 pt-2 pb-1 text-xs font-semibold text-text-2">
            {group}
          </div>
          {commands.map((command) => (
            <Option
              key={command.id}
              id={`${id}-${command.id}`.replaceAll(' ', '-')}
              command={command}
              active={command.id === current?.id}
              onAct={onAct}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly command: Command;
  readonly active: boolean;
  readonly onAct: (command: Command) => void;
}

function Option({ id, command, active, onAct }: OptionProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) element.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field has focus and keys
    <div
      ref={element}
      id={id}
      role="option"
      aria-selected={active}
      onClick={() => onAct(command)}
      className="flex min-h-8 cursor-pointer items-center gap-3 rounded px-2 py-1 hover:bg-sunken aria-selected:bg-accent-bg aria-selected:shadow-[inset_3px_0_var(--accent)]"
    >
      <span className="shrink-0">{command.label}</span>
      <span className="min-w-0 flex-1 truncate text-sm text-text-2">{command.hint}</span>
      {command.keys && <Key>{command.keys.join(' ')}</Key>}
    </div>
  );
}
