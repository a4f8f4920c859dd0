import { mayDo } from '@cooperage/domain/predicates';
import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMe, loadSignInWays } from '@/features/account/api/load-me';
import { loadOrganizationCache } from '@/features/cache/api/load-cache-store';
import { OrganizationBudget } from '@/features/cache/components/organization-budget';
import { loadInstallationSettings } from '@/features/installation/api/load-installation';
import { CompareFile } from '@/features/installation/components/compare-file';
import { NewOrganization, RenameOrganization } from '@/features/installation/components/organization-forms';
import { SettingList } from '@/features/installation/components/setting-list';
import { TrialsCard } from '@/features/installation/components/trials-card';
import { loadQueue } from '@/features/workers/api/load-workers';
import { LaneNote } from '@/features/workers/components/lane-note';
import { withQuery } from '@/lib/api/list';
import { visibleText } from '@/lib/format/names';

const pageWords = {
  members: 'Members and roles',
  usage: 'Usage and quotas',
  'settings/retention': 'Retention',
  audit: 'History',
} as const;

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const me = await loadMe();
  if (!me.ok) return <ProblemPage problem={me.problem} what="The settings" />;
  const { organizations, administrator, mayCreateOrganizations } = me.value;
  return (
    <Page crumbs={[{ label: 'Settings' }]} curl="/settings">
      <PageTitle title="Settings">Your organizations, and what the installation runs with.</PageTitle>
      <Card title="Organizations">
        <ul className="grid gap-4 p-3">
          {organizations.map((organization) => (
            <li key={organization.organizationId} className="grid gap-2">
              {mayDo(organization.role, 'organization.rename') ? (
                <RenameOrganization key={organization.name} organization={organization} />
              ) : (
                <p>
                  <b className="font-semibold">{visibleText(organization.name)}</b>: you are {organization.role}. An
                  owner can rename it.
                </p>
              )}
              {mayDo(organization.role, 'organization.rename') && <Budget organization={organization} />}
              <p className="flex gap-4">
                {(['members', 'usage', 'settings/retention', 'audit'] as const).map((page) => (
                  <Link
                    key={page}
                    href={withQuery(`/${page}`, { organization: organization.organizationId })}
                    className={textLinkClass}
                  >
                    {pageWords[page]}
                  </Link>
                ))}
              </p>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="New organization">
        {mayCreateOrganizations ? (
          <>
            <Foretelling />
            <NewOrganization />
          </>
        ) : (
          <p className="p-3 text-text-2">
            Here administrators of the installation make organizations. Ask one of them, and say which name and short
            name it is to have.
          </p>
        )}
      </Card>
      {administrator ? (
        <InstallationSettings />
      ) : (
        <Card title="Installation">
          <div className="grid gap-1.5 px-4 py-5">
            <p className="font-semibold">For administrators of the installation.</p>
            <p className="text-text-2">
              You are not one. Whoever has set this installation up is; ask them for what you need.
            </p>
          </div>
        </Card>
      )}
    </Page>
  );
}

async function Budget({ organization }: { organization: { readonly organizationId: string; readonly slug: string } }) {
  const { organizationId, slug } = organization;
  const cache = await loadOrganizationCache(organizationId);
  if (!cache.ok) return <ProblemPanel problem={cache.problem} what="The cache budget" />;
  const { cacheBudgetBytes: budgetBytes } = cache.value;
  return <OrganizationBudget key={budgetBytes} {...{ organizationId, slug, budgetBytes }} />;
}

async function InstallationSettings() {
  const [settings, ways] = await Promise.all([loadInstallationSettings(), loadSignInWays()]);
  return (
    <>
      <Card title="Organizations of the installation">
        <p className="p-3">
          <Link href="/organizations" className={textLinkClass}>
            All organizations, their quotas and usage
          </Link>
        </p>
      </Card>
      {ways.ok && <TrialsCard ways={ways.value} />}
      <InstallationList settings={settings} />
    </>
  );
}

function InstallationList({ settings }: { settings: Awaited<ReturnType<typeof loadInstallationSettings>> }) {
  return (
    <Card
      title="Installation"
      aside={
        <a href="/api/v1/settings/file" download className={buttonClass()}>
          Export as a file
        </a>
      }
    >
      {settings.ok ? (
        <>
          <p className="px-3 pt-2.5 text-text-2">
            As the api process runs with it since its start. Values come from the environment: change the variable
            there, then start it again.
          </p>
          <CompareFile settings={settings.value.items} />
          <SettingList settings={settings.value.items} />
        </>
      ) : (
        <ProblemPanel problem={settings.problem} what="The settings of the installation" />
      )}
    </Card>
  );
}

/** A queue that cannot be read says nothing, and keeps nobody from making an organization. */
async function Foretelling() {
  const queue = await loadQueue();
  return queue.ok && queue.value.foretold ? <LaneNote foretold={queue.value.foretold} /> : null;
}
