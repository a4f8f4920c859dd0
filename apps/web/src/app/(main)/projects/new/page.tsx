import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { ProblemPage } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { NewProjectForm } from '@/features/projects/components/new-project-form';

export const metadata: Metadata = { title: 'New project' };

export default async function NewProjectPage() {
  const me = await loadMe();
  if (!me.ok) return <ProblemPage problem={me.problem} what="The form" />;
  return (
    <Page crumbs={[{ label: 'Projects', href: '/projects' }, { label: 'New' }]}>
      <div className="grid max-w-2xl gap-4">
        <PageTitle title="New project">
          A git repository whose pushes become signed images. Everything here can be changed later, except the two names
          in the image’s address.
        </PageTitle>
        <Card>
          <NewProjectForm organizations={me.value.organizations} />
        </Card>
      </div>
    </Page>
  );
}
