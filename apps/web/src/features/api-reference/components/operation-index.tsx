'use client';

import { useState } from 'react';
import { inputClass } from '@/components/ui/input-class';
import { Link } from '@/components/ui/link';
import { useTypedEarly } from '@/components/ui/use-typed-early';
import { type Found, groupsOf, searchOperations } from '../model/search';
import { Method } from './method-badge';

/** All calls by group, narrowed while one types. The list is whole without scripts. */
export function OperationIndex({ operations, initial }: { operations: readonly Found[]; initial: string }) {
  const [question, setQuestion] = useState(initial);
  const field = useTypedEarly<HTMLInputElement>();
  const found = searchOperations(operations, question);
  const ask = (text: string): void => {
    setQuestion(text);
    const query = text === '' ? '' : `?q=${encodeURIComponent(text)}`;
    window.history.replaceState(null, '', `${window.location.pathname}${query}`);
  };
  return (
    <div className="grid gap-4">
      <search className="flex max-w-xl items-center gap-3">
        <input
          ref={field}
          type="search"
          name="q"
          value={question}
          onChange={(event) => ask(event.target.value)}
          aria-label="Search the calls"
          placeholder="method, address or word"
          data-key="/"
          className={inputClass}
        />
        <output className="shrink-0 text-sm text-text-2 tabular-nums">
          {found.length} of {operations.length}
        </output>
      </search>
      {found.length === 0 && <p className="text-text-2">No call has all of these words. Take one away.</p>}
      {groupsOf(found).map((group) => (
        <Group key={group.name} name={group.name} operations={group.operations} />
      ))}
    </div>
  );
}

function Group({ name, operations }: { name: string; operations: readonly Found[] }) {
  return (
    <section aria-label={name} className="min-w-0 rounded border border-line bg-surface">
      <h2 className="border-b border-line px-3 py-2 text-xs font-semibold text-text-2">{name}</h2>
      <ul className="divide-y divide-line">
        {operations.map(({ id, method, path, summary }) => (
          <li key={id}>
            <Link
              href={`/reference/${id}`}
              data-row
              className="grid gap-x-4 px-3 py-1.5 hover:bg-sunken lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]"
            >
              <span className="flex min-w-0 items-baseline">
                <Method name={method} />
                <code className="min-w-0 break-all">{path}</code>
              </span>
              <span className="pl-14 text-sm text-text-2 lg:pl-0">{summary}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
