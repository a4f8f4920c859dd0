import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { textLinkClass } from '@/components/ui/link';
import { ProblemPage } from '@/components/ui/states';
import { loadDocument } from '@/features/api-reference/api/load-document';
import { OperationIndex } from '@/features/api-reference/components/operation-index';
import { operationsOf } from '@/features/api-reference/model/api-document';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'API reference' };

export default async function ReferencePage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [document, query] = await Promise.all([loadDocument(), searchParams]);
  if (!document.ok) return <ProblemPage problem={document.problem} what="The reference" />;
  const operations = operationsOf(document.value).map(({ id, method, path, group, summary }) => {
    return { id, method, path, group, summary };
  });
  return (
    <Page crumbs={[{ label: 'API reference' }]} curl="">
      <PageTitle title="API reference">
        Every page here is made of these calls. {document.value.info.description} The same as a document:{' '}
        <a href="/api/openapi.json" className={textLinkClass}>
          openapi.json
        </a>
      </PageTitle>
      <OperationIndex operations={operations} initial={one(query, 'q') ?? ''} />
    </Page>
  );
}
