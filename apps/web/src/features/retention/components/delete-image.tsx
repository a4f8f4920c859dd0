'use client';

import type { Deletion, ImageDeletionPreviewView } from '@cooperage/contracts';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Moment } from '@/components/ui/moment';
import { ProblemNote } from '@/components/ui/problem-note';
import { useAsked } from '@/features/images/components/use-asked';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';

interface DeleteImageProps {
  readonly projectId: string;
  readonly digest: string;
}

/** Schedules the deletion of an image. The dialog shows what goes with it first. */
export function DeleteImage(props: DeleteImageProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Delete</Button>
      <Dialog title="Delete this image" open={open} onClose={() => setOpen(false)}>
        <DeleteForm {...props} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

const isWhole = (): boolean => false;

function DeleteForm({ projectId, digest, onClose }: DeleteImageProps & { onClose: () => void }) {
  const address = `/projects/${projectId}/images/${digest}/deletion`;
  const preview = useAsked<ImageDeletionPreviewView>(address, isWhole);
  const [comment, setComment] = useState('');
  const [scheduled, setScheduled] = useState<Deletion | null>(null);
  const { pending, problem, run, fieldError } = useChange();
  if (preview === null) return <p className="min-h-12 text-text-2">Reading what goes with it</p>;
  if (!preview.ok) return <ProblemNote problem={preview.problem} />;
  const { tags, artifacts, graceDays, deletion } = preview.value;
  const open = scheduled ?? deletion;
  if (open)
    return (
      <div className="grid justify-items-start gap-3">
        <p role="status">
          {open.state === 'deleting' ? (
            'It is being deleted now.'
          ) : (
            <>
              It is scheduled and goes <Moment at={open.deleteAfter} />. Until then{' '}
              <a className="text-accent underline" href="/settings/retention">
                it can be kept
              </a>
              .
            </>
          )}
        </p>
        <Button onClick={onClose}>Close</Button>
      </div>
    );
  const schedule = (): void => run(() => send<Deletion>('POST', `/v1${address}`, { tags, comment }), setScheduled);
  return (
    <div className="grid gap-3">
      <p>
        {graceDays === 0
          ? 'It goes at once, and nothing brings it back.'
          : `It goes in ${graceDays} days, and can be kept until then.`}{' '}
        With it {artifacts === 1 ? 'goes 1 signature or attestation' : `go ${artifacts} signatures and attestations`}.
      </p>
      {tags.length > 0 && (
        <p className="break-words text-wait">
          These tags point to it and go too: <code>{visibleText(tags.join(', '))}</code>. Who pulls them gets an error.
        </p>
      )}
      <TextField
        label="Why"
        data-first
        maxLength={500}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        hint="It stands in the audit and in the list of deletions."
        error={fieldError('comment')}
      />
      <ProblemNote problem={problem} />
      <div className="flex gap-2">
        <Button look="danger" disabled={pending || comment.trim() === ''} onClick={schedule}>
          {pending ? 'Scheduling' : 'Delete the image'}
        </Button>
        <Button onClick={onClose}>Keep</Button>
      </div>
    </div>
  );
}
