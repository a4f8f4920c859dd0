import type { Me } from '@cooperage/contracts';
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { Card } from '@/components/ui/card';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMeOptional, loadSetupState } from '@/features/account/api/load-me';
import { FrontDoor } from '@/features/account/components/front-door';
import { loadChecks } from '@/features/first-run/api/load-checks';
import { AdministratorForm } from '@/features/first-run/components/administrator-form';
import { CheckList } from '@/features/first-run/components/check-list';
import { FirstImage } from '@/features/first-run/components/first-image';
import { SetUpPage, StepNote } from '@/features/first-run/components/set-up-page';
import { TokenForm } from '@/features/first-run/components/token-form';
import { one, type PageQuery } from '@/lib/address/query';
import { signInPath } from '@/lib/address/return-path';

export const metadata: Metadata = { title: 'Set up' };

const administratorTitle = '2 · Administrator';
const imageTitle = '3 · A first signed image';

export default async function SetupPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [setup, query] = await Promise.all([loadSetupState(), searchParams]);
  // Without its database the service cannot say; whoever has the token may then see what is wrong.
  const isUnknown = !setup.ok && setup.problem.status === 503;
  if (!setup.ok && !isUnknown) return <ProblemPage problem={setup.problem} what="The set-up" />;
  return !setup.ok || setup.value.needed ? <Before token={one(query, 'token') ?? ''} /> : <After />;
}

/** Nobody can sign in yet: the token comes first. */
async function Before({ token }: { token: string }) {
  const checks = await loadChecks();
  if (!checks.ok) {
    return (
      <FrontDoor
        title="Set up this installation"
        lead="Once. You become the owner of its first organization; nobody else can do this with the same token."
      >
        <TokenForm token={token} />
      </FrontDoor>
    );
  }
  return (
    <SetUpPage>
      <CheckList initial={checks.value} />
      <Card title={administratorTitle}>
        <AdministratorForm />
      </Card>
      <StepNote title={imageTitle}>Comes when there is an administrator.</StepNote>
    </SetUpPage>
  );
}

async function After() {
  const me = await loadMeOptional();
  if (!me.ok) redirect(signInPath('/setup'));
  if (!me.value.administrator) redirect('/');
  return (
    <SetUpPage>
      <Checks />
      <StepNote title={administratorTitle}>
        Done: you are signed in as <b className="font-semibold text-text">{me.value.email}</b>.
      </StepNote>
      <Image organizations={me.value.organizations} />
    </SetUpPage>
  );
}

async function Checks() {
  const checks = await loadChecks();
  return checks.ok ? (
    <CheckList initial={checks.value} />
  ) : (
    <Card>
      <ProblemPanel problem={checks.problem} what="The checks" />
    </Card>
  );
}

function Image({ organizations }: { organizations: Me['organizations'] }) {
  return (
    <Card title={imageTitle}>
      <FirstImage organizations={organizations} />
    </Card>
  );
}
