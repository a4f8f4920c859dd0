import type { DayCounts } from '@cooperage/contracts';
import { ChartTable } from '@/components/chart/chart-table';
import { DayBars } from '@/components/chart/day-bars';
import { Card } from '@/components/ui/card';

/** The last two weeks: how many builds each day, and how they ended. */
export function DaysCard({ days }: { days: readonly DayCounts[] }) {
  const sum = (of: 'succeeded' | 'broken' | 'other'): number => days.reduce((total, day) => total + day[of], 0);
  const [green, broken] = [sum('succeeded'), sum('broken')];
  const all = green + broken + sum('other');
  return (
    <Card title="Fourteen days" aside="days in UTC">
      <div className="grid gap-2 px-3 py-3">
        <p>
          {all === 0
            ? 'No build in fourteen days.'
            : `${all} builds: ${green} succeeded, ${broken} broke, ${all - green - broken} are under way or were canceled.`}
        </p>
        <DayBars
          bars={days.map(({ day, succeeded, broken: bad, other }) => ({
            day,
            parts: [
              { value: succeeded, look: 'good' },
              { value: bad, look: 'bad' },
              { value: other, look: 'still' },
            ],
          }))}
        />
        <p aria-hidden className="flex justify-between text-xs text-text-3 tabular-nums">
          <span>{days[0]?.day}</span>
          <span>{days.at(-1)?.day}</span>
        </p>
      </div>
      <ChartTable
        label="Builds of each day"
        head={['Day', 'Succeeded', 'Broke', 'Other']}
        rows={days.map(({ day, succeeded, broken: bad, other }) => [
          day,
          String(succeeded),
          String(bad),
          String(other),
        ])}
      />
    </Card>
  );
}
