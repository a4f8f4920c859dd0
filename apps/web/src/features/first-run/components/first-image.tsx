'use client';

import type { Me, TriedSample } from '@cooperage/contracts';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { SelectField } from '@/components/ui/field';
import { Link, textLinkClass } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { deliveryPath } from '@/lib/address/paths';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Two ways to a first signed image: a repository of one's own, or the sample that needs no forge. */
export function FirstImage({ organizations }: { organizations: Me['organizations'] }) {
  const router = useRouter();
  const [gone, setGone] = useState(false);
  const { pending, problem, run } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const organizationId = new FormData(event.currentTarget).get('organizationId');
    run(
      () => send<TriedSample>('POST', '/v1/first-steps/sample', { organizationId }),
      ({ organizationSlug, projectSlug, deliveryId }) => {
        setGone(true);
        router.push(`${deliveryPath({ organizationSlug, slug: projectSlug }, deliveryId)}?follow=1`);
      },
    );
  };
  const [only] = organizations;
  if (!only) return <p className="p-3">You are in no organization yet, so nothing can be built for you.</p>;
  return (
    <div className="grid gap-4 p-3 sm:grid-cols-2">
      <form onSubmit={submit} className="grid content-start gap-2">
        <h3 className="font-semibold">Try a sample</h3>
        <p className="text-text-2">
          A small repository that comes with the service. It needs no forge and no network, and ends with a signed image
          and the command that verifies it.
        </p>
        {organizations.length === 1 ? (
          <input type="hidden" name="organizationId" value={only.organizationId} readOnly />
        ) : (
          <SelectField label="Organization" name="organizationId">
            {organizations.map(({ organizationId, name }) => (
              <option key={organizationId} value={organizationId}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
        <ProblemNote problem={problem} />
        <Button type="submit" look="primary" className="justify-self-start" disabled={pending || gone}>
          {pending || gone ? 'Starting' : 'Build the sample'}
        </Button>
      </form>
      <div className="grid content-start gap-2">
        <h3 className="font-semibold">Connect a repository</h3>
        <p className="text-text-2">
          Give its clone address. You are told the webhook’s address and secret to paste into GitHub, GitLab, Gitea,
          Forgejo, Bitbucket or anything that can call it.
        </p>
        <Link href="/projects/new" className={buttonClass('plain', 'justify-self-start')}>
          Connect a repository
        </Link>
        <Link href="/" className={textLinkClass}>
          Skip this for now
        </Link>
      </div>
    </div>
  );
}
