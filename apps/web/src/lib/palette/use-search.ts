'use client';

import type { SearchAnswer } from '@cooperage/contracts';
import { useEffect, useState } from 'react';
import type { Command } from './command';
import type { PaletteScope } from './palette-store';
import { commandsOf } from './search-commands';

/** A key pressed within this time after another asks nothing of its own, in milliseconds. */
const quietMs = 120;

export interface Search {
  readonly commands: readonly Command[];
  readonly state: 'asking' | 'done' | 'failed';
}

const nothing: Search = { commands: [], state: 'done' };

/** What the service knows for the typed text. An answer to older text is dropped. */
export function useSearch(text: string, scope: PaletteScope): Search {
  const [search, setSearch] = useState<Search>(nothing);
  const address = searchAddress(text, scope);
  useEffect(() => {
    const abort = new AbortController();
    setSearch((before) => ({ ...before, state: 'asking' }));
    const timer = setTimeout(() => {
      void ask(address, abort.signal).then((answer) => !abort.signal.aborted && setSearch(answer));
    }, quietMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [address]);
  return search;
}

function searchAddress(text: string, scope: PaletteScope): string {
  const query = new URLSearchParams({ q: text.trim().slice(0, 200) });
  if (scope.kind !== 'all') query.set('only', scope.kind);
  if (scope.kind === 'builds') query.set('project', scope.project);
  return `/api/v1/search?${query}`;
}

async function ask(address: string, signal: AbortSignal): Promise<Search> {
  try {
    const response = await fetch(address, { credentials: 'same-origin', signal });
    if (!response.ok) return { commands: [], state: 'failed' };
    return { commands: commandsOf((await response.json()) as SearchAnswer), state: 'done' };
  } catch {
    return { commands: [], state: 'failed' };
  }
}
