import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { PreferenceSwitch } from '@/components/shell/preference-switch';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';
import { Link, textLinkClass } from '@/components/ui/link';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMe, loadSessions } from '@/features/account/api/load-me';
import { ChangePassword } from '@/features/account/components/change-password';
import { SessionTable } from '@/features/account/components/session-table';
import { visibleText } from '@/lib/format/names';

export const metadata: Metadata = { title: 'Account' };

export default async function AccountPage() {
  const [me, sessions] = await Promise.all([loadMe(), loadSessions()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="Your account" />;
  const hasOthers = sessions.ok && sessions.value.items.length > 1;
  return (
    <Page crumbs={[{ label: 'Account' }]} curl="/me/sessions">
      <PageTitle title={visibleText(me.value.name)}>
        {visibleText(me.value.email)}
        {me.value.administrator && ', administrator of the installation'}
      </PageTitle>
      <Card
        title="Sessions"
        aside={
          hasOthers && (
            <DeleteButton
              address="/me/sessions"
              label="End"
              what="all other sessions"
              consequence="Everywhere but here you have to sign in again."
            />
          )
        }
      >
        {sessions.ok ? (
          <SessionTable sessions={sessions.value.items} />
        ) : (
          <ProblemPanel problem={sessions.problem} what="The sessions" />
        )}
      </Card>
      <Card title="Password">
        <ChangePassword email={me.value.email} />
      </Card>
      <Card title="This browser">
        <div className="grid gap-4 p-3 sm:grid-cols-3">
          <PreferenceSwitch name="theme" legend="Theme" />
          <PreferenceSwitch name="density" legend="Rows" />
          <PreferenceSwitch name="times" legend="Times" />
        </div>
      </Card>
      <p>
        <Link href="/tokens" className={textLinkClass}>
          Your API tokens
        </Link>
      </p>
    </Page>
  );
}
