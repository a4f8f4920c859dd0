'use client';

import type { SavedView } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Link, textLinkClass } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';
import { listHref } from '../model/list-address';

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
        filter.trim() !== '' && <SaveView filter={filter.trim()} />
      )}
      <ProblemNote problem={problem} />
    </div>
  );
}

function SaveView({ filter }: { filter: string }) {
  const [open, setOpen] = useState(false);
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name'));
    run(
      () => send('POST', '/v1/saved-views', { name, filter }),
      () => setOpen(false),
    );
  };
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        Keep this view
      </Button>
      <Dialog title="Keep this view" open={open} onClose={() => setOpen(false)}>
        <form onSubmit={submit} className="grid gap-3">
          <p>
            <code className="break-all">{visibleText(filter)}</code>
          </p>
          <TextField label="Name" name="name" required maxLength={60} data-first error={fieldError('name')} />
          <ProblemNote problem={problem} />
          <Button type="submit" look="primary" disabled={pending}>
            Keep
          </Button>
        </form>
      </Dialog>
    </>
  );
}
