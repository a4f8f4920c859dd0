'use client';

import type { Project } from '@cooperage/contracts';
import { useRouter } from 'next/navigation';
import { Button, type ButtonLook } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { deliveryPath } from '@/lib/address/paths';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { warmCall } from '../model/cold-words';

type ProjectPart = Pick<Project, 'id' | 'organizationSlug' | 'slug' | 'defaultBranch'>;

/** Starts a build that fills the cache of the default branch, and follows it. */
export function WarmButton({ project, look }: { project: ProjectPart; look: ButtonLook }) {
  const router = useRouter();
  const { pending, problem, run } = useChange();
  const warm = (): void => {
    const { path, body } = warmCall(project);
    run(
      () => send<{ id: string }>('POST', `/v1${path}`, body),
      (delivery) => router.push(`${deliveryPath(project, delivery.id)}?follow=1`),
    );
  };
  return (
    <>
      <Button look={look} disabled={pending} onClick={warm}>
        {pending ? 'Starting' : 'Warm it now'}
      </Button>
      <ProblemNote problem={problem} />
    </>
  );
}
