import type { ProjectGlanceView } from '@cooperage/contracts';
import { ChartTable } from '@/components/chart/chart-table';
import { DayBars } from '@/components/chart/day-bars';
import { Card } from '@/components/ui/card';
import { formatDuration } from '@/lib/format/duration';
import { medianMs, reusedPercent } from '../model/branches';

type Recent = ProjectGlanceView['recent'];

/** How long the last builds took and how much of them was reused, the newest at the right. */
export function RecentStrips({ recent }: { recent: Recent }) {
  const [usual, reused] = [medianMs(recent), reusedPercent(recent)];
  return (
    <Card title="The last builds" aside={<span className="tabular-nums">{recent.length}</span>}>
      <div className="grid gap-3 px-3 py-3 sm:grid-cols-2">
        <figure className="grid content-start gap-1">
          <figcaption>
            {usual === null ? 'None of them succeeded.' : `Half took less than ${formatDuration(usual)}.`}
          </figcaption>
          <DayBars
            bars={recent.map(({ number, status, tookMs }) => ({
              day: String(number),
              parts: [{ value: tookMs ?? 0, look: lookOf(status) }],
            }))}
          />
        </figure>
        <figure className="grid content-start gap-1">
          <figcaption>
            {reused === null ? 'None told of its steps.' : `${reused} % of their steps were reused.`}
          </figcaption>
          <DayBars
            bars={recent.map(({ number, steps, reusedSteps }) => ({
              day: String(number),
              parts: [
                { value: reusedSteps ?? 0, look: 'reused' },
                { value: (steps ?? 0) - (reusedSteps ?? 0), look: 'still' },
              ],
            }))}
          />
        </figure>
      </div>
      <ChartTable
        label="The last builds"
        head={['Build', 'Time', 'Reused', 'Steps']}
        rows={recent.map(({ number, tookMs, steps, reusedSteps }) => [
          `#${number}`,
          tookMs === null ? '–' : formatDuration(tookMs),
          String(reusedSteps ?? '–'),
          String(steps ?? '–'),
        ])}
      />
    </Card>
  );
}

function lookOf(status: string): 'good' | 'bad' | 'still' {
  if (status === 'succeeded') return 'good';
  return status === 'canceled' ? 'still' : 'bad';
}
