import type { BuildSummary } from '@cooperage/contracts';
import { filterTerm } from '@cooperage/domain/predicates';
import type { ReactNode } from 'react';
import { ChartTable } from '@/components/chart/chart-table';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { BuildTable } from '@/features/builds/components/build-table';

interface InsightCardProps {
  readonly question: string;
  readonly answer: string;
  /** The day since when it is otherwise, with the builds from then on. */
  readonly since?: string | null;
  /** Address of the builds that pass the filter of the page and these terms. */
  readonly buildsHref: (terms: string) => string;
  readonly chart: ReactNode;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly builds: readonly BuildSummary[];
  /** What the builds behind the answer have in common. */
  readonly behind: string;
}

/** A question: one sentence, one chart with its table, and the builds behind them. */
export function InsightCard({ question, answer, since, buildsHref, chart, table, builds, behind }: InsightCardProps) {
  return (
    <Card title={question}>
      <div className="grid gap-3 px-3 py-3">
        <p className="max-w-[80ch] text-lg">{answer}</p>
        {since && (
          <p>
            <Link href={buildsHref(filterTerm('since', since))} className={textLinkClass}>
              Builds since {since}
            </Link>
          </p>
        )}
        {chart}
      </div>
      <ChartTable
        label={question}
        head={table.head}
        rows={table.rows}
        href={(day) => buildsHref(`${filterTerm('since', day)} ${filterTerm('until', dayAfter(day))}`)}
      />
      {builds.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-3 py-2 text-sm text-text-2">
            {behind} ({builds.length})
          </summary>
          <BuildTable builds={builds} withProject label={behind} />
        </details>
      )}
    </Card>
  );
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
