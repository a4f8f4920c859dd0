import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { buttonClass } from '@/components/ui/button';
import { loadMeOptional, loadSetupState, loadSignInWays } from '@/features/account/api/load-me';
import { ForgottenPassword } from '@/features/account/components/forgotten-password';
import { FrontDoor } from '@/features/account/components/front-door';
import { SignInAndGo } from '@/features/account/components/sign-in-and-go';
import { signInProblem } from '@/features/account/model/sign-in-problem';
import { one, type PageQuery } from '@/lib/address/query';
import { safeReturnPath } from '@/lib/address/return-path';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const query = await searchParams;
  const next = safeReturnPath(one(query, 'next'));
  const [me, setup, ways] = await Promise.all([loadMeOptional(), loadSetupState(), loadSignInWays()]);
  if (me.ok) redirect(next);
  if (setup.ok && setup.value.needed) redirect('/setup');
  const oidc = ways.ok ? ways.value.oidc : null;
  const problem = signInProblem(one(query, 'problem'), oidc?.name ?? 'The provider');
  return (
    <FrontDoor title="Sign in" lead={next === '/' ? null : 'You come back to where you wanted to go.'}>
      {!setup.ok && (
        <p role="alert" className="rounded border border-wait bg-wait-bg px-3 py-2 text-wait">
          The service does not answer now. Signing in may not work until it does.
        </p>
      )}
      {problem && (
        <p role="alert" className="rounded border border-wait bg-wait-bg px-3 py-2 text-wait">
          {problem}
        </p>
      )}
      {oidc && (
        <a href={`${oidc.startUrl}?next=${encodeURIComponent(next)}`} className={buttonClass('primary')}>
          Sign in with {oidc.name}
        </a>
      )}
      <SignInAndGo next={next} isSecond={oidc !== null} />
      <ForgottenPassword byMail={ways.ok && ways.value.mail} />
    </FrontDoor>
  );
}
