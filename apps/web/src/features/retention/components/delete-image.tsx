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
  if (preview === null) return <p className="min-h-12 text-text-2">Checking what is deleted with it…</p>;
  if (!preview.ok) return <ProblemNote problem={preview.problem} />;
  const { tags, tagsLeftOut, tagsDigest, artifacts, graceDays, deletion } = preview.value;
  const open = scheduled ?? deletion;
  if (open)
    return (
      <div className="grid justify-items-start gap-3">
        {open.state === 'deleting' ? (
          <p role="status">It is being deleted now.</p>
        ) : (
          <>
            <p role="status">
              Deletion is scheduled: <Moment at={open.deleteAfter} />
            </p>
            <p className="text-text-2">
              Until then it can be undone on the page{' '}
              <a className="text-accent underline" href="/settings/retention">
                Retention
              </a>
              .
            </p>
          </>
        )}
        <Button autoFocus onClick={onClose}>
          Done
        </Button>
      </div>
    );
  const schedule = (): void =>
    run(() => send<Deletion>('POST', `/v1${address}`, { tags, tagsDigest, comment }), setScheduled);
  return (
    <div className="grid gap-3">
      <p>
        {graceDays === 0
          ? 'It is deleted at once. This can’t be undone.'
          : `It is deleted in ${graceDays === 1 ? '1 day' : `${graceDays} days`}. Until then this can be undone.`}{' '}
        {artifacts === 1
          ? '1 signature or attestation is deleted with it.'
          : `${artifacts} signatures and attestations are deleted with it.`}
      </p>
      <p className="text-text-2">
        Afterwards nobody can pull it or its layers, except layers that another image of the project has. The bytes stay
        on the registry’s disk until the registry collects garbage. If a secret is in the image, replace the secret.
      </p>
      {tags.length > 0 && (
        <p className="break-words text-wait">
          These tags point to it and are deleted too: <code>{visibleText(tags.join(', '))}</code>
          {tagsLeftOut > 0 && ` and ${tagsLeftOut.toLocaleString('en')} more`}. Pulling them will fail. Tags of
          protected branches and git tags stay reserved for them.
        </p>
      )}
      <TextField
        label="Reason"
        autoFocus
        maxLength={500}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        hint="Required. Shown in the audit log and in the list of deletions."
        error={fieldError('comment')}
      />
      <ProblemNote problem={problem} />
      <div className="flex gap-2">
        <Button look="danger" disabled={pending || comment.trim() === ''} onClick={schedule}>
          {pending ? 'Deleting…' : 'Delete image'}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </div>
  );
}
