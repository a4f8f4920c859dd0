'use client';

import type { AdministeredOrganization } from '@cooperage/contracts';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { AskFirst } from '@/components/ui/ask-first';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';
import { TextField } from '@/components/ui/field';
import { send } from '@/lib/api/browser';

type Subject = Pick<AdministeredOrganization, 'slug' | 'suspendedAt' | 'deletedAt' | 'home'>;

/** Stop and delete, each with what follows from it. */
export function OrganizationActs({ organization }: { organization: Subject }) {
  const { slug, suspendedAt, deletedAt, home } = organization;
  const router = useRouter();
  if (deletedAt !== null) {
    return (
      <Card title="Being deleted">
        <p className="p-3 text-text-2">Its projects are deleted one after another. Then it disappears from the list.</p>
      </Card>
    );
  }
  return (
    <Card id="danger" title="Suspend or delete">
      <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line p-3">
        <p className="max-w-[70ch] text-text-2">
          {suspendedAt === null
            ? 'A suspended organization starts no builds. Running builds are canceled; waiting builds stay in the queue.'
            : 'It starts no builds now. Waiting builds start when it is resumed.'}
        </p>
        {suspendedAt === null ? <Suspend slug={slug} /> : <Resume slug={slug} />}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3 p-3">
        <p className="max-w-[70ch] text-text-2">
          {home
            ? 'The trusted builders hold build results of this organization, so it can’t be deleted. Its projects can be deleted one by one.'
            : 'Its projects, builds, images and keys are deleted with it. Its members lose access at once.'}
        </p>
        {!home && (
          <DeleteButton
            address={`/organizations/${encodeURIComponent(slug)}`}
            what={slug}
            consequence="This can’t be undone. Deleted with it:"
            goes={[
              'all projects with their builds, logs and deliveries',
              'all images and tags: nobody can pull them any more',
              'all signatures, keys, rules, secrets and credentials',
              'its members, invitations and tokens',
            ]}
            typedName={slug}
            onDone={() => router.push('/organizations')}
          />
        )}
      </div>
    </Card>
  );
}

function Suspend({ slug }: { slug: string }) {
  const [comment, setComment] = useState('');
  return (
    <AskFirst
      harmful
      label="Suspend"
      title={`Suspend ${slug}`}
      act="Suspend"
      acting="Suspending"
      change={() => send('POST', `/v1/organizations/${encodeURIComponent(slug)}/suspend`, { comment })}
    >
      <p>Its running builds are canceled now. No further build starts until an administrator resumes it.</p>
      <TextField
        label="Reason"
        hint="Required. Recorded in the audit log."
        required
        maxLength={500}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
    </AskFirst>
  );
}

function Resume({ slug }: { slug: string }) {
  return (
    <AskFirst
      label="Resume"
      title={`Resume ${slug}`}
      act="Resume"
      acting="Resuming…"
      change={() => send('POST', `/v1/organizations/${encodeURIComponent(slug)}/resume`)}
    >
      <p>Its waiting builds can start again.</p>
    </AskFirst>
  );
}
