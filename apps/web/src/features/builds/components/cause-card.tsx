import type { Failure } from '@cooperage/contracts';
import type { ReactNode } from 'react';
import { Link } from '@/components/ui/link';
import { visibleText } from '@/lib/format/names';
import { blameWords } from '../model/status';
import { fileLineId } from '../model/step-address';
import { EvidenceLines } from './evidence-lines';
import { StepLink } from './step-link';

export interface CauseCardProps {
  readonly failure: Failure;
  readonly logAddress: string | null;
  /** It happened in the Dockerfile of another target, which has no page. */
  readonly ofTarget: boolean;
}

/** Why a build failed, in four parts: cause and blame, place, evidence, what to do next. */
export function CauseCard({ failure, logAddress, ofTarget }: CauseCardProps) {
  return (
    <section aria-label="Cause" className="rounded border border-l-4 border-bad bg-bad-bg px-4 py-3">
      <h2 className="text-base">
        <strong className="font-semibold text-bad">
          {failure.code} · {blameWords[failure.blame]}
        </strong>{' '}
        <span className="break-words">{visibleText(failure.message)}</span>
      </h2>
      <dl className="mt-2 grid gap-x-3.5 gap-y-1 sm:grid-cols-[5.5rem_minmax(0,1fr)]">
        {failure.place && (
          <Part name="Place">
            <Place place={failure.place} logAddress={logAddress} ofTarget={ofTarget} />
          </Part>
        )}
        <Part name="Evidence">
          <EvidenceLines failure={failure} logAddress={logAddress} />
        </Part>
        <Part name="Next">{failure.advice}</Part>
      </dl>
    </section>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

type PlaceProps = Omit<CauseCardProps, 'failure'> & { readonly place: NonNullable<Failure['place']> };

function Place({ place, logAddress, ofTarget }: PlaceProps) {
  const line = place.file && place.line ? `${place.file}:${place.line}` : place.file;
  return (
    <>
      {line && ofTarget && <code className="break-all">{visibleText(line)}</code>}
      {line && !ofTarget && (
        <Link
          href={`?view=dockerfile${place.line ? `#${fileLineId(place.line)}` : ''}`}
          scroll={false}
          data-row
          className="underline-offset-2 hover:underline"
        >
          <code className="break-all">{visibleText(line)}</code>
        </Link>
      )}
      {place.exitCode !== undefined && <span className="text-text-2"> · exit code {place.exitCode}</span>}
      {place.step && <PlaceStep step={place.step} ordinal={place.stepOrdinal} logAddress={logAddress} />}
    </>
  );
}

interface PlaceStepProps {
  readonly step: string;
  /** Missing where the build failed before any step. */
  readonly ordinal: number | undefined;
  readonly logAddress: string | null;
}

function PlaceStep({ step, ordinal, logAddress }: PlaceStepProps) {
  const name = <code className="line-clamp-2 break-all">{visibleText(step)}</code>;
  if (ordinal === undefined) return name;
  return (
    <StepLink href={`${logAddress ?? ''}#s${ordinal}`} className="block underline-offset-2 hover:underline">
      {name}
    </StepLink>
  );
}
