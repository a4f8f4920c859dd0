import type { InsightDay, Insights } from '@cooperage/contracts';
import { DayBars } from '@/components/chart/day-bars';
import { DayLines } from '@/components/chart/day-lines';
import { formatBytes } from '@/lib/format/bytes';
import { formatDuration } from '@/lib/format/duration';
import { changeDay, failSentence, grownSentence, reuseSentence, slowerSentence, waitSentence } from '../model/answers';
import { InsightCard } from './insight-card';

interface InsightCardsProps {
  readonly insights: Insights;
  /** Address of the builds that pass the filter of the page and these terms. */
  readonly buildsHref: (terms: string) => string;
}

const size = (bytes: number | null): string => (bytes === null ? '–' : formatBytes(bytes));
const time = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));

/** Questions, not widgets. */
export function InsightCards({ insights, buildsHref }: InsightCardsProps) {
  const { days, slowest, longestWaits, causes, grown } = insights;
  return (
    <>
      <InsightCard
        question="What made builds slower?"
        answer={slowerSentence(days)}
        since={changeDay(days, 'medianMs')?.day}
        buildsHref={buildsHref}
        chart={
          <Lines
            days={days}
            middle="medianMs"
            edge="p95Ms"
            words="Line: half took less. Dashes: one in twenty took longer."
          />
        }
        table={{
          head: ['Day', 'Half took less than', 'One in twenty took more than'],
          rows: days.map((day) => [day.day, time(day.medianMs), time(day.p95Ms)]),
        }}
        builds={slowest}
        behind="The slowest builds"
      />
      <InsightCard
        question="Where do we wait?"
        answer={waitSentence(days)}
        buildsHref={buildsHref}
        chart={
          <Lines
            days={days}
            middle="medianWaitMs"
            edge="p95WaitMs"
            words="Line: half waited less. Dashes: one in twenty waited longer."
          />
        }
        table={{
          head: ['Day', 'Half waited less than', 'One in twenty waited more than'],
          rows: days.map((day) => [day.day, time(day.medianWaitMs), time(day.p95WaitMs)]),
        }}
        builds={longestWaits}
        behind="The longest waits"
      />
      <InsightCard
        question="What fails, and who must act?"
        answer={failSentence(insights)}
        buildsHref={buildsHref}
        chart={
          <DayBars
            className="max-w-2xl"
            bars={days.map((day) => ({ day: day.day, parts: [{ value: day.broken, look: 'bad' }] }))}
          />
        }
        table={{ head: ['Day', 'Broke'], rows: days.map((day) => [day.day, String(day.broken)]) }}
        builds={causes.map(({ newest }) => newest)}
        behind="The newest build of each cause, the most frequent first"
      />
      <InsightCard
        question="What does the cache earn?"
        answer={reuseSentence(days)}
        buildsHref={buildsHref}
        chart={
          <DayBars
            className="max-w-2xl"
            bars={days.map((day) => ({
              day: day.day,
              parts: [
                { value: day.reusedSteps, look: 'reused' },
                { value: day.steps - day.reusedSteps, look: 'still' },
              ],
            }))}
          />
        }
        table={{
          head: ['Day', 'Steps', 'Reused'],
          rows: days.map((day) => [day.day, String(day.steps), String(day.reusedSteps)]),
        }}
        builds={[]}
        behind=""
      />
      <InsightCard
        question="What grew?"
        answer={grownSentence(insights)}
        since={changeDay(days, 'medianBytes')?.day}
        buildsHref={buildsHref}
        chart={<Lines days={days} middle="medianBytes" words="Half of the images of a day were smaller." />}
        table={{ head: ['Day', 'Half were smaller than'], rows: days.map((day) => [day.day, size(day.medianBytes)]) }}
        builds={grown.map(({ build }) => build)}
        behind="The images that grew most against the one before, the most first"
      />
    </>
  );
}

interface LinesProps {
  readonly days: readonly InsightDay[];
  readonly middle: 'medianMs' | 'medianWaitMs' | 'medianBytes';
  readonly edge?: 'p95Ms' | 'p95WaitMs';
  readonly words: string;
}

function Lines({ days, middle, edge, words }: LinesProps) {
  const since = changeDay(days, middle)?.day;
  return (
    <figure className="grid gap-1">
      <DayLines
        lines={[
          ...(edge ? [{ look: 'edge', values: days.map((day) => day[edge]) } as const] : []),
          { look: 'middle', values: days.map((day) => day[middle]) },
        ]}
        mark={days.findIndex(({ day }) => day === since)}
      />
      <figcaption className="text-xs text-text-3">{words}</figcaption>
    </figure>
  );
}
