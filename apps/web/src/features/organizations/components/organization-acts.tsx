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
        <p className="p-3 text-text-2">Its projects go one after the other. Then it goes from this list.</p>
      </Card>
    );
  }
  return (
    <Card id="danger" title="Stop and delete">
      <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line p-3">
        <p className="max-w-[70ch] text-text-2">
          {suspendedAt === null
            ? 'A suspended organization begins no build. What runs is canceled; what waits stays in the queue.'
            : 'No build of it begins. What waits in the queue begins again when this ends.'}
        </p>
        {suspendedAt === null ? <Suspend slug={slug} /> : <Resume slug={slug} />}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3 p-3">
        <p className="max-w-[70ch] text-text-2">
          {home
            ? 'The trusted builders hold results of this organization, so it stays. Its projects can be deleted one by one.'
            : 'Its projects, builds, images and keys go with it, and its members lose it at once.'}
        </p>
        {!home && (
          <DeleteButton
            address={`/organizations/${encodeURIComponent(slug)}`}
            what={slug}
            consequence="These are removed for good, and nobody can bring them back:"
            goes={[
              'all projects with their builds, logs and deliveries',
              'all images and tags: what others run from them cannot be pulled again',
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
      <p>Its running builds are canceled now, and no further one begins until an administrator ends this.</p>
      <TextField
        label="Why, for the audit"
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
      label="Let it build again"
      title={`Let ${slug} build again`}
      act="Let it build"
      acting="Working"
      change={() => send('POST', `/v1/organizations/${encodeURIComponent(slug)}/resume`)}
    >
      <p>Its waiting builds take their turn again.</p>
    </AskFirst>
  );
}
