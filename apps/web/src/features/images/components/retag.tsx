'use client';

import type { Page, TagPlanView, TrustRequest } from '@cooperage/contracts';
import { isTag } from '@cooperage/domain/predicates';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import type { Result } from '@/lib/api/problem';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';
import { planWords } from '../model/tag-words';
import { useAsked } from './use-asked';

interface RetagProps {
  readonly projectId: string;
  readonly digest: string;
}

/** Points a tag to this image. What moves is shown before it is asked for; control carries it out. */
export function Retag(props: RetagProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button shortcut="t" onClick={() => setOpen(true)}>
        Point a tag here
      </Button>
      <Dialog title="Point a tag to this image" open={open} onClose={() => setOpen(false)}>
        <RetagForm {...props} />
      </Dialog>
    </>
  );
}

function RetagForm({ projectId, digest }: RetagProps) {
  const [tag, setTag] = useState('');
  const [asked, setAsked] = useState<TrustRequest | null>(null);
  const { pending, problem, run } = useChange();
  if (asked) return <Outcome projectId={projectId} request={asked} onAnother={() => setAsked(null)} />;
  const ask = (): void =>
    run(() => send<TrustRequest>('POST', `/v1/projects/${projectId}/tags`, { tag, digest }), setAsked);
  return (
    <div className="grid gap-3">
      <TextField
        label="Tag"
        mono
        maxLength={128}
        data-first
        value={tag}
        onChange={(event) => setTag(event.target.value)}
        hint="Letters, digits, dots, dashes and underscores; at most 128."
      />
      {isTag(tag) ? (
        <Plan
          key={tag}
          address={`/projects/${projectId}/images/${digest}/retag?tag=${tag}`}
          pending={pending}
          onAsk={ask}
        />
      ) : (
        <p className="min-h-12 text-text-2">
          {tag === '' ? 'Type a tag to see what would move.' : 'No image can have such a tag.'}
        </p>
      )}
      <ProblemNote problem={problem} />
    </div>
  );
}

const isWhole = (): boolean => false;

function Plan({ address, pending, onAsk }: { address: string; pending: boolean; onAsk: () => void }) {
  const plan = useAsked<TagPlanView>(address, isWhole);
  if (plan === null) return <p className="min-h-12 text-text-2">Looking at where it points</p>;
  if (!plan.ok) return <ProblemNote problem={plan.problem} />;
  const { text, possible } = planWords(plan.value);
  return (
    <>
      <p role="status" className="min-h-12 break-words">
        {text}
      </p>
      <Button look="primary" disabled={!possible || pending} onClick={onAsk} className="justify-self-start">
        {pending ? 'Asking' : 'Move the tag'}
      </Button>
    </>
  );
}

interface OutcomeProps {
  readonly projectId: string;
  readonly request: TrustRequest;
  readonly onAnother: () => void;
}

/** Waits for control, which alone writes tags. */
function Outcome({ projectId, request, onAnother }: OutcomeProps) {
  const router = useRouter();
  const find = useCallback(
    (result: Result<Page<TrustRequest>> | null) =>
      result?.ok ? result.value.items.find(({ id }) => id === request.id) : undefined,
    [request.id],
  );
  const isOpen = useCallback(
    (result: Result<Page<TrustRequest>>) => (find(result) ?? request).state === 'asked',
    [find, request],
  );
  const { state, note, tag } =
    find(useAsked<Page<TrustRequest>>(`/projects/${projectId}/trust-requests`, isOpen)) ?? request;
  useEffect(() => {
    if (state === 'done') router.refresh();
  }, [state, router]);
  const name = visibleText(tag ?? '');
  return (
    <div className="grid justify-items-start gap-3">
      <p role="status" className="break-words">
        {state === 'asked' && `Asked. The control process moves ${name} as soon as it can.`}
        {state === 'done' && `${name} points to this image now.`}
        {state === 'refused' && `Refused. ${visibleText(note ?? '')}`}
      </p>
      {state !== 'asked' && <Button onClick={onAnother}>Another tag</Button>}
    </div>
  );
}
