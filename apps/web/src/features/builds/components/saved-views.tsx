'use client';

import type { SavedView } from '@cooperage/contracts';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Link, textLinkClass } from '@/components/ui/link';
import { onDemand } from '@/components/ui/on-demand';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';
import { listHref } from '../model/list-address';

const SaveView = onDemand(() => import('./save-view').then((module) => module.SaveView));

interface SavedViewsProps {
  readonly path: string;
  readonly filter: string;
  readonly views: readonly SavedView[];
}

/** Filters that this person has given a name. */
export function SavedViews({ path, filter, views }: SavedViewsProps) {
  const current = views.find((view) => view.filter === filter.trim());
  const { pending, problem, run } = useChange();
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {views.map((view) => (
        <Link
          key={view.id}
          href={listHref(path, view.filter)}
          title={view.filter}
          aria-current={view === current ? 'true' : undefined}
          className={`${textLinkClass} max-w-48 truncate aria-[current=true]:font-semibold`}
        >
          {visibleText(view.name)}
        </Link>
      ))}
      {current ? (
        <Button
          look="quiet"
          disabled={pending}
          onClick={() => run(() => send('DELETE', `/v1/saved-views/${current.id}`))}
        >
          Forget this view
        </Button>
      ) : (
        filter.trim() !== '' && <KeepView filter={filter.trim()} />
      )}
      <ProblemNote problem={problem} />
    </div>
  );
}

function KeepView({ filter }: { filter: string }) {
  // Undefined until it was wanted once; it stays then, so that its dialog can give the focus back.
  const [open, setOpen] = useState<boolean>();
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        Keep this view
      </Button>
      {open !== undefined && <SaveView filter={filter} open={open} onClose={() => setOpen(false)} />}
    </>
  );
}
