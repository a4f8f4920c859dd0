import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { loadMeOptional, loadSetupState } from '@/features/account/api/load-me';
import { FrontDoor } from '@/features/account/components/front-door';
import { SignInForm } from '@/features/account/components/sign-in-form';
import { one, type PageQuery } from '@/lib/address/query';
import { safeReturnPath } from '@/lib/address/return-path';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const next = safeReturnPath(one(await searchParams, 'next'));
  const [me, setup] = await Promise.all([loadMeOptional(), loadSetupState()]);
  if (me.ok) redirect(next);
  if (setup.ok && setup.value.needed) redirect('/setup');
  return (
    <FrontDoor title="Sign in" lead={next === '/' ? null : 'You come back to where you wanted to go.'}>
      {!setup.ok && (
        <p role="alert" className="rounded border border-wait bg-wait-bg px-3 py-2 text-wait">
          The service does not answer now. Signing in may not work until it does.
        </p>
      )}
      <SignInForm next={next} />
    </FrontDoor>
  );
}
