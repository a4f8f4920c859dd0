import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Page, PageTitle } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { ScrollBox } from '@/components/ui/scroll-box';
import { ProblemPage } from '@/components/ui/states';
import { loadDocument } from '@/features/api-reference/api/load-document';
import { SchemaTable } from '@/features/api-reference/components/schema-table';
import { exampleOf } from '@/features/api-reference/model/example';
import { decodeSegment } from '@/lib/address/paths';

interface Props {
  params: Promise<{ name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${decodeSegment((await params).name)} · API reference` };
}

export default async function ReferenceSchema({ params }: Props) {
  const [document, segments] = await Promise.all([loadDocument(), params]);
  if (!document.ok) return <ProblemPage problem={document.problem} what="The reference" />;
  const name = decodeSegment(segments.name);
  const schemas = document.value.components?.schemas ?? {};
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (!schema) notFound();
  return (
    <Page crumbs={[{ label: 'API reference', href: '/reference' }, { label: name }]}>
      <PageTitle title={name}>A shape that several calls share.</PageTitle>
      <Card title="Fields">
        <SchemaTable schema={schema} label={`Fields of ${name}`} />
      </Card>
      <Card title="Example">
        <ScrollBox label="Example" className="max-h-96 overflow-auto px-3 py-2.5 text-sm">
          <pre>{JSON.stringify(exampleOf(schema, schemas), null, 2)}</pre>
        </ScrollBox>
      </Card>
    </Page>
  );
}
