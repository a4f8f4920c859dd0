import type { Digest } from '@cooperage/domain';
import { predicateTypes } from '../format/media-types.js';
import { subjectOf } from '../format/statement.js';
import { sentence, summary } from './check-signature.js';
import type { Judgement, TrustedStatement } from './judgement.js';
import type { SearchContext } from './search-referrers.js';
import type { Check, CheckId, Expectations } from './verification.js';

/** A candidate of either storage. */
export interface ProvenanceCandidate {
  /** Digest of its referrer manifest, or of its layer under the older tag. */
  readonly where: Digest;
  readonly judgement: Judgement<TrustedStatement>;
}

interface OurProvenance {
  readonly where: Digest;
  readonly hint: string;
  readonly isAboutImage: boolean;
  readonly reading: TrustedStatement['provenance'];
}

interface Comparison {
  readonly id: CheckId;
  readonly title: string;
  readonly expected: string;
  readonly read: (reading: TrustedStatement['provenance']) => string | undefined;
}

/**
 * The one provenance by a trusted key that fits best: an image that several builds made has several, and all comparisons
 * must hold for the same one.
 */
function bestProvenance(
  candidates: readonly ProvenanceCandidate[],
  digest: Digest,
  expected: Expectations,
): OurProvenance | undefined {
  const ours = candidates.flatMap(({ where, judgement }): OurProvenance[] => {
    if (!judgement.ok || judgement.value.statement.predicateType !== predicateTypes.provenance) return [];
    const { statement, provenance, hint } = judgement.value;
    return [
      {
        where,
        hint,
        isAboutImage: subjectOf(statement, digest) !== undefined,
        reading: provenance,
      },
    ];
  });
  const comparisons = comparisonsOf(expected);
  const score = (one: OurProvenance) =>
    (one.isAboutImage ? comparisons.length + 1 : 0) +
    comparisons.filter(({ expected: wanted, read }) => read(one.reading) === wanted).length;
  return ours.toSorted((a, b) => score(b) - score(a))[0];
}

/** Whether one provenance holds all that is expected: then no further ones need to be opened. */
export function hasFullProvenance(
  candidates: readonly ProvenanceCandidate[],
  digest: Digest,
  expected: Expectations,
): boolean {
  const best = bestProvenance(candidates, digest, expected);
  return (
    best?.isAboutImage === true &&
    comparisonsOf(expected).every(({ expected: wanted, read }) => read(best.reading) === wanted)
  );
}

/** Provenance, its subject, and one check for each thing that is expected of it. */
export function provenanceChecks(
  context: SearchContext,
  candidates: readonly ProvenanceCandidate[],
  expected: Expectations,
): Check[] {
  const best = bestProvenance(candidates, context.digest, expected);
  const signed: Check = {
    id: 'provenance',
    title: 'Provenance signed by a trusted key',
    ok: best !== undefined,
    required: true,
    expected: `a SLSA provenance by key ${context.keys.named}`,
    found: best ? `signed by key ${best.hint}` : refusedProvenance(candidates),
    evidence: best ? { artifact: best.where, key: best.hint, predicateType: predicateTypes.provenance } : {},
  };
  return [
    signed,
    subjectCheck(context.digest, best),
    ...comparisonsOf(expected).map((comparison) => compared(comparison, best)),
  ];
}

export function legacyProvenanceCheck(
  { digest }: SearchContext,
  candidates: readonly ProvenanceCandidate[],
  expected: Expectations,
): Check {
  const best = bestProvenance(candidates, digest, expected);
  const ok = hasFullProvenance(candidates, digest, expected);
  return {
    id: 'legacy_provenance',
    title: 'Provenance for older verifiers too',
    ok,
    required: true,
    expected: 'the same provenance under the tag of older verifiers',
    found: ok
      ? `signed by key ${best?.hint}`
      : best
        ? 'a provenance that says something else'
        : refusedProvenance(candidates),
    evidence: best ? { layer: best.where, key: best.hint } : {},
  };
}

function comparisonsOf({ sourceCommit, sourceUri, zone, builderId, invocationId }: Expectations): Comparison[] {
  const all: (Omit<Comparison, 'expected'> & { readonly expected: string | undefined })[] = [
    { id: 'source_commit', title: 'Built from this commit', expected: sourceCommit, read: (one) => one.sourceCommit },
    {
      id: 'source_uri',
      title: 'Built from this repository and ref',
      expected: sourceUri,
      read: (one) => one.sourceUri,
    },
    { id: 'zone', title: 'Built in this zone', expected: zone, read: (one) => one.zone },
    { id: 'builder', title: 'Built by this service', expected: builderId, read: (one) => one.builderId },
    { id: 'invocation', title: 'Made by this build', expected: invocationId, read: (one) => one.invocationId },
  ];
  return all.filter((comparison): comparison is Comparison => comparison.expected !== undefined);
}

function compared({ id, title, expected, read }: Comparison, best: OurProvenance | undefined): Check {
  const found = best && read(best.reading);
  return {
    id,
    title,
    ok: found === expected,
    required: true,
    expected,
    found: found ?? (best ? 'the provenance does not say it' : 'no trusted provenance'),
    evidence: best ? { artifact: best.where } : {},
  };
}

function subjectCheck(digest: Digest, best: OurProvenance | undefined): Check {
  return {
    id: 'provenance_subject',
    title: 'The provenance is about this image',
    ok: best?.isAboutImage === true,
    required: true,
    expected: digest,
    found: best ? (best.isAboutImage ? digest : 'other bytes') : 'no trusted provenance',
    evidence: best ? { artifact: best.where } : {},
  };
}

function refusedProvenance(candidates: readonly ProvenanceCandidate[]): string {
  const reasons = candidates.flatMap(({ judgement }) =>
    !judgement.ok && (judgement.claims === undefined || judgement.claims === predicateTypes.provenance)
      ? [sentence(judgement.refusal)]
      : [],
  );
  return summary(reasons, 'no provenance');
}
