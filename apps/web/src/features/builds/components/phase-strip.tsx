import type { Build, Step } from '@cooperage/contracts';
import { Elapsed } from '@/components/ui/elapsed';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { outcomeId, phaseAnchor } from '../model/phase-anchors';
import { phaseBar, type Segment, type SegmentState } from '../model/phase-bar';
import { StepLink } from './step-link';

const looks: Readonly<Record<SegmentState, string>> = {
  done: 'border-line bg-surface text-text-2',
  now: 'border-run bg-run-bg text-run',
  failed: 'border-bad bg-bad-bg text-bad',
  stopped: 'border-line-strong bg-sunken text-text-2',
  ahead: 'border-dashed border-line text-text-3',
  never: 'border-dashed border-line text-text-3',
};
const words: Readonly<Record<SegmentState, string>> = {
  done: 'done',
  now: 'going on',
  failed: 'ended here with a failure',
  stopped: 'stopped here',
  ahead: 'to come',
  never: 'not reached',
};
/** Signing and verifying are their own strand: signed is not the same as succeeded. */
const trusted = new Set<Segment['name']>(['sign', 'verify']);

export interface PhaseStripProps {
  readonly build: Build;
  readonly steps: readonly Step[];
  readonly logAddress: string | null;
  readonly nowMs: number;
}

export function PhaseStrip({ build, steps, logAddress, nowMs }: PhaseStripProps) {
  return (
    <ol aria-label="Phases" className="relative flex flex-wrap gap-0.5 text-xs">
      {phaseBar(build, nowMs).map((segment) => (
        <li
          key={segment.name}
          data-share={segment.share}
          className={classes(
            'phase flex h-[30px] items-center gap-1 border px-2 whitespace-nowrap first:rounded-l last:rounded-r',
            looks[segment.state],
            trusted.has(segment.name) && segment.state === 'done' && 'border-trust/50! bg-trust-bg! text-trust!',
          )}
        >
          <PhaseName name={segment.name} anchor={hrefOf(segment, steps, logAddress)} />
          <SegmentTime segment={segment} />
          {segment.state === 'failed' && <span aria-hidden>✕</span>}
          <span className="sr-only">, {words[segment.state]}</span>
        </li>
      ))}
    </ol>
  );
}

/** What has not begun leads nowhere. */
function hrefOf({ name, ms }: Segment, steps: readonly Step[], logAddress: string | null): string | null {
  const anchor = ms === null ? null : phaseAnchor(name, steps);
  if (anchor === 'outcome') return `#${outcomeId}`;
  return anchor === null ? null : `${logAddress ?? ''}#s${anchor}`;
}

function PhaseName({ name, anchor }: { name: string; anchor: string | null }) {
  if (anchor === null) return name;
  return (
    <StepLink href={anchor} row={false} className="underline-offset-2 hover:underline">
      {name}
    </StepLink>
  );
}

function SegmentTime({ segment }: { segment: Segment }) {
  if (segment.since !== null) return <Elapsed since={segment.since} />;
  return segment.ms === null ? null : <span className="tabular-nums">{formatDuration(segment.ms)}</span>;
}
