import type { ProjectCache } from '@cooperage/contracts';
import { ChartTable } from '@/components/chart/chart-table';
import { DayBars } from '@/components/chart/day-bars';
import { Card, Fact, Facts } from '@/components/ui/card';
import { formatBytes } from '@/lib/format/bytes';
import { formatDuration } from '@/lib/format/duration';
import { shiftSentence, trendSentence, worthSentence } from '../model/ledger-words';

/** What the cache of a project cost and saved: a sentence, the sums, a chart and its table. */
export function CacheLedger({ cache }: { cache: ProjectCache }) {
  const { days, total, trend } = cache;
  const title = 'What does the cache earn?';
  const shift = shiftSentence(trend);
  return (
    <Card title={title}>
      <div className="grid gap-3 px-3 py-3">
        <p className="max-w-[80ch] text-lg">{worthSentence(total)}</p>
        <p className="max-w-[80ch] break-words text-text-2">
          {trendSentence(trend, days.length)} {shift}
        </p>
        <DayBars
          className="max-w-2xl"
          bars={days.map(({ day, savedMs, ranMs }) => ({
            day,
            parts: [
              { value: savedMs, look: 'reused' },
              { value: ranMs, look: 'still' },
            ],
          }))}
        />
        <p className="text-xs text-text-3">Time of steps by day: the lower part was saved, the upper part ran.</p>
      </div>
      <Facts>
        <Fact name="Saved">{formatDuration(total.savedMs)}</Fact>
        <Fact name="Ran">{formatDuration(total.ranMs)}</Fact>
        <Fact name="Import">
          {formatDuration(total.importMs)}, {formatBytes(total.importBytes)} fetched
        </Fact>
        <Fact name="Export">
          {formatDuration(total.exportMs)} after the builds, {formatBytes(total.exportBytes)} left
        </Fact>
      </Facts>
      <ChartTable
        label={title}
        head={['Day', 'Builds', 'Saved', 'Ran', 'Import', 'Export', 'Exported']}
        rows={days.map((day) => [
          day.day,
          String(day.builds),
          formatDuration(day.savedMs),
          formatDuration(day.ranMs),
          formatDuration(day.importMs),
          formatDuration(day.exportMs),
          formatBytes(day.exportBytes),
        ])}
      />
    </Card>
  );
}
