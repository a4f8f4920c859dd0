'use client';

import { type KeyboardEvent, useEffect } from 'react';
import { useTypedEarly } from '@/components/ui/use-typed-early';
import { classes } from '@/lib/classes';
import { type SearchState, type SearchWords, searchWords as sayState } from '../model/log-search';

export interface SearchBarProps {
  readonly words: SearchWords;
  readonly state: SearchState;
  /** Index of the line that was gone to; -1 for none. */
  readonly current: number;
  readonly onlyFound: boolean;
  readonly onWords: (words: SearchWords) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onOnlyFound: (only: boolean) => void;
}

/** Searches the whole log, folded and not loaded parts too. */
export function SearchBar({ words, state, current, onlyFound, onWords, onStep, onOnlyFound }: SearchBarProps) {
  const input = useTypedEarly<HTMLInputElement>();
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'f' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (document.querySelector('dialog[open]') || document.activeElement === input.current) return;
      // The browser's own search sees only the lines on screen. A second press is for the browser.
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      onStep(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onWords({ ...words, text: '' });
      input.current?.blur();
    }
  };
  return (
    <search className="flex min-w-0 flex-wrap items-center gap-0.5">
      <input
        ref={input}
        type="search"
        aria-label="Search the log"
        placeholder="Search the log"
        data-key="/"
        maxLength={256}
        value={words.text}
        onChange={(event) => onWords({ ...words, text: event.target.value })}
        onKeyDown={onKeyDown}
        className="h-7 w-40 min-w-0 rounded border border-line-strong bg-surface px-2 text-xs"
      />
      <Switch
        label="Aa"
        what="Match case"
        on={words.matchCase}
        onChange={(matchCase) => onWords({ ...words, matchCase })}
      />
      <Switch
        label=".*"
        what="Regular expression (RE2)"
        on={words.isRegex}
        onChange={(isRegex) => onWords({ ...words, isRegex })}
      />
      {words.text !== '' && (
        <>
          <Switch
            label="±3"
            what="±3: only matching lines and three around them"
            on={onlyFound}
            onChange={onOnlyFound}
          />
          <button type="button" aria-label="Previous match" onClick={() => onStep(-1)} className={small}>
            <span aria-hidden>↑</span>
          </button>
          <button type="button" aria-label="Next match" onClick={() => onStep(1)} className={small}>
            <span aria-hidden>↓</span>
          </button>
        </>
      )}
      <output className={classes('text-xs tabular-nums', state.kind === 'failed' ? 'text-bad' : 'text-text-2')}>
        {sayState(state, current)}
      </output>
    </search>
  );
}

const small = 'h-7 min-w-7 rounded border border-transparent px-1 text-xs text-text-2 hover:bg-sunken';

interface SwitchProps {
  readonly label: string;
  readonly what: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

function Switch({ label, what, on, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={what}
      title={what}
      onClick={() => onChange(!on)}
      className={classes(small, on && 'border-accent! bg-accent-bg text-accent!')}
    >
      <span aria-hidden>{label}</span>
    </button>
  );
}
