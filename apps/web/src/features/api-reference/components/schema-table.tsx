import { Link, textLinkClass } from '@/components/ui/link';
import type { Schema } from '../model/api-document';
import { referenceOf, schemaRows, typeOf } from '../model/schema-rows';

/** How far a field is set in; deeper ones are as far as the last. */
const indents = ['pl-3', 'pl-7', 'pl-11', 'pl-15', 'pl-19'] as const;

/** A schema as lines: the field, what it may be, whether it must be there. */
export function SchemaTable({ schema, label }: { schema: Schema; label: string }) {
  const rows = schemaRows(schema);
  if (rows.length === 0) return <SchemaName schema={schema} />;
  return (
    <ul aria-label={label} className="divide-y divide-line text-sm">
      {rows.map((row) => (
        <li
          key={row.key}
          className={`${indents[Math.min(row.depth, indents.length - 1)]} grid gap-x-4 py-1.5 pr-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]`}
        >
          <span className="min-w-0">
            <code className="break-all">{row.name}</code>{' '}
            {row.required && <span className="text-xs text-text-2">required</span>}
          </span>
          <span className="min-w-0 text-text-2">
            <TypeName type={row.type} reference={row.reference} />
            {row.rules && <span className="text-text-3"> · {row.rules}</span>}
            {row.description && <span className="block">{row.description}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function SchemaName({ schema }: { schema: Schema }) {
  const type = typeOf(schema);
  return (
    <p className="px-3 py-2 text-sm">
      {type === 'anything' ? 'Any JSON.' : <TypeName type={type} reference={referenceOf(schema)} />}
    </p>
  );
}

function TypeName({ type, reference }: { type: string; reference: string | null }) {
  if (reference === null) return <span className="break-words">{type}</span>;
  const [before, after] = type.split(reference);
  return (
    <>
      {before}
      <Link href={`/reference/schemas/${reference}`} className={textLinkClass}>
        {reference}
      </Link>
      {after}
    </>
  );
}
