import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadOperation } from '@/features/api-reference/api/load-document';
import { OperationPage } from '@/features/api-reference/components/operation-page';
import { decodeSegment } from '@/lib/address/paths';

interface Props {
  params: Promise<{ operation: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await loadOperation(decodeSegment((await params).operation));
  const operation = found.ok ? found.value.operation : null;
  return { title: operation ? `${operation.method} ${operation.path}` : 'API reference' };
}

export default async function ReferenceOperation({ params }: Props) {
  const found = await loadOperation(decodeSegment((await params).operation));
  if (!found.ok) return <ProblemPage problem={found.problem} what="The reference" />;
  const { document, operation } = found.value;
  if (!operation) notFound();
  return (
    <Page crumbs={[{ label: 'API reference', href: '/reference' }, { label: operation.group }]}>
      <OperationPage operation={operation} document={document} />
    </Page>
  );
}
