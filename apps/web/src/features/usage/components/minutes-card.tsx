import { ChartTable } from '@/components/chart/chart-table';
import { DayBars } from '@/components/chart/day-bars';
import { Card } from '@/components/ui/card';
import { everyDay } from '../model/quota-words';

const shown = 30;

/** Build minutes of the last thirty days. */
export function MinutesCard({ days }: { days: readonly { readonly day: string; readonly minutes: number }[] }) {
  const all = everyDay(days, shown, Date.now());
  const sum = all.reduce((total, { minutes }) => total + minutes, 0);
  return (
    <Card title="Build minutes" aside="last 30 days, in UTC">
      <div className="grid gap-2 px-3 py-3">
        <p>
          {sum === 0
            ? 'No builds in the last 30 days.'
            : `${minuteWords(sum)} in build slots, ${minuteWords(sum / shown)} per day on average.`}
        </p>
        <DayBars bars={all.map(({ day, minutes }) => ({ day, parts: [{ value: minutes, look: 'reused' }] }))} />
        <p aria-hidden className="flex justify-between text-xs text-text-3 tabular-nums">
          <span>{all[0]?.day}</span>
          <span>{all.at(-1)?.day}</span>
        </p>
      </div>
      <ChartTable
        label="Build minutes of each day"
        head={['Day', 'Minutes']}
        rows={all.map(({ day, minutes }) => [day, minutes.toFixed(1)])}
      />
    </Card>
  );
}

function minuteWords(minutes: number): string {
  return minutes < 10 ? `${minutes.toFixed(1)} min` : `${Math.round(minutes)} min`;
}
