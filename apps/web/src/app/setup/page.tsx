import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { ProblemPage } from '@/components/ui/states';
import { loadSetupState } from '@/features/account/api/load-me';
import { FrontDoor } from '@/features/account/components/front-door';
import { SetupForm } from '@/features/account/components/setup-form';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Set up' };

export default async function SetupPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [setup, query] = await Promise.all([loadSetupState(), searchParams]);
  if (!setup.ok) return <ProblemPage problem={setup.problem} what="The set-up" />;
  if (!setup.value.needed) redirect('/sign-in');
  return (
    <FrontDoor
      title="Set up this installation"
      lead="Once. You become the owner of its first organization; nobody else can do this with the same token."
    >
      <SetupForm token={one(query, 'token') ?? ''} />
    </FrontDoor>
  );
}
