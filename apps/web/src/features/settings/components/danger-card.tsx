'use client';

import { useRouter } from 'next/navigation';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';

export function DangerCard({ projectId, name }: { projectId: string; name: string }) {
  const router = useRouter();
  return (
    <Card id="danger" title="Delete the project">
      <div className="flex flex-wrap items-center justify-between gap-3 p-3">
        <p className="max-w-[70ch] text-text-2">
          Its builds, logs, images, tags, signatures and secrets go with it, and whoever pulls from it by tag or digest
          finds nothing. A build that is being published is finished first.
        </p>
        <DeleteButton
          address={`/projects/${projectId}`}
          what={name}
          consequence="These are removed for good, and nobody can bring them back:"
          goes={[
            'all builds with their logs, attempts and deliveries',
            'all images and tags: what others run from them cannot be pulled again',
            'all signatures and provenance, and the keys that made them',
            'rules, secrets, hook secrets and credentials',
          ]}
          typedName={name}
          onDone={() => router.push('/projects')}
        />
      </div>
    </Card>
  );
}
