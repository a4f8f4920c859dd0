import type { Digest } from '@cooperage/domain';
import { predicateTypes, projectAnnotation } from '../format/media-types.js';
import { type StatementSubject, subjectOf } from '../format/statement.js';
import type { TrustedSimpleSigning } from './judge-legacy.js';
import { type Refusal, refusalSentences } from './judgement.js';
import type { OpenedLayer } from './search-legacy.js';
import type { OpenedBundle, ReferrerSearch, SearchContext } from './search-referrers.js';
import type { Check, Expectations } from './verification.js';

/** A signature by one of our keys over the digest at hand, in the newer storage. */
interface OurSignature {
  readonly bundle: OpenedBundle;
  readonly hint: string;
  readonly subject: StatementSubject;
}

/** The best of ours: one that is bound to the expected project, else any. */
export function findSignature(
  bundles: readonly OpenedBundle[],
  digest: Digest,
  project: string | null,
): OurSignature | undefined {
  const ours = bundles.flatMap((bundle): OurSignature[] => {
    if (!bundle.judgement.ok) return [];
    const { statement, hint } = bundle.judgement.value;
    const subject = subjectOf(statement, digest);
    return subject && statement.predicateType === predicateTypes.signature ? [{ bundle, hint, subject }] : [];
  });
  return ours.find((one) => isBound(one.subject.annotations, project)) ?? ours[0];
}

export function findSimpleSigning(
  layers: readonly OpenedLayer<TrustedSimpleSigning>[],
  { digest }: Pick<SearchContext, 'digest'>,
  expected: Expectations,
): OpenedLayer<TrustedSimpleSigning> | undefined {
  return layers.find(({ judgement }) => judgement.ok && simpleProblem(judgement.value, digest, expected) === null);
}

/** Whether one of our keys signed these bytes at all, for whatever project. */
export function isSignedByUs(
  bundles: readonly OpenedBundle[],
  layers: readonly OpenedLayer<TrustedSimpleSigning>[],
  digest: Digest,
): boolean {
  return findSignature(bundles, digest, null) !== undefined || trustedAnnotations(layers, digest) !== undefined;
}

export function signatureCheck(
  context: SearchContext,
  search: ReferrerSearch,
  expected: Expectations,
  required: boolean,
): Check {
  const found = findSignature(search.bundles, context.digest, expected.project);
  return {
    id: 'signature',
    title: 'Signed by a trusted key',
    ok: found !== undefined,
    required,
    expected: `a cosign signature over ${context.digest} by key ${context.keys.named}`,
    found: found ? `signed by key ${found.hint}` : refusedSignatures(search, context.digest),
    evidence: {
      referrers: String(search.listed),
      ...(search.unopened > 0 && { unopened: String(search.unopened) }),
      ...(found && { referrer: found.bundle.referrer, key: found.hint, predicateType: predicateTypes.signature }),
    },
  };
}

export function legacySignatureCheck(
  context: SearchContext,
  layers: readonly OpenedLayer<TrustedSimpleSigning>[],
  expected: Expectations,
  required: boolean,
): Check {
  const found = findSimpleSigning(layers, context, expected);
  const value = found?.judgement.ok ? found.judgement.value : undefined;
  return {
    id: 'legacy_signature',
    title: 'Signed for older verifiers too',
    ok: value !== undefined,
    required,
    expected: `a signature under the tag of older verifiers over ${context.digest}`,
    found: value ? `signed by key ${value.hint}` : refusedLayers(layers, context.digest, expected),
    evidence: found && value ? { layer: found.layer, key: value.hint, image: value.payload.image } : {},
  };
}

/** Undefined when no project is expected. With the newer storage empty the older signature says it. */
export function projectCheck(
  { digest }: SearchContext,
  bundles: readonly OpenedBundle[],
  layers: readonly OpenedLayer<TrustedSimpleSigning>[],
  project: string | null,
): Check | undefined {
  if (project === null) return undefined;
  const annotations =
    findSignature(bundles, digest, project)?.subject.annotations ?? trustedAnnotations(layers, digest);
  const said = annotations?.[projectAnnotation];
  return {
    id: 'project',
    title: 'The signature is for this project',
    ok: said === project,
    required: true,
    expected: project,
    found: typeof said === 'string' ? said : annotations ? 'a signature that names no project' : 'no trusted signature',
    evidence: {},
  };
}

function trustedAnnotations(layers: readonly OpenedLayer<TrustedSimpleSigning>[], digest: Digest) {
  const ours = layers.find(({ judgement }) => judgement.ok && judgement.value.payload.digest === digest);
  return ours?.judgement.ok ? ours.judgement.value.payload.annotations : undefined;
}

function isBound(annotations: Readonly<Record<string, unknown>>, project: string | null): boolean {
  return project === null || annotations[projectAnnotation] === project;
}

function simpleProblem({ payload }: TrustedSimpleSigning, digest: Digest, expected: Expectations): string | null {
  if (payload.digest !== digest) return 'a signature by a trusted key over other bytes';
  if (expected.image !== undefined && payload.image !== expected.image)
    return `a signature for the image ${payload.image}`;
  return isBound(payload.annotations, expected.project) ? null : 'a signature that is not for this project';
}

function refusedSignatures({ bundles, unopened }: ReferrerSearch, digest: Digest): string {
  const reasons = bundles.flatMap(({ judgement }) => {
    if (!judgement.ok)
      return judgement.claims === undefined || judgement.claims === predicateTypes.signature
        ? [sentence(judgement.refusal)]
        : [];
    const { statement } = judgement.value;
    if (statement.predicateType !== predicateTypes.signature) return [];
    return subjectOf(statement, digest) ? [] : ['a signature by a trusted key over other bytes'];
  });
  const rest = unopened > 0 ? [`${unopened} referrers more than are looked at`] : [];
  return summary([...reasons, ...rest], bundles.length > 0 ? 'attestations, but no signature' : 'no signature');
}

function refusedLayers(
  layers: readonly OpenedLayer<TrustedSimpleSigning>[],
  digest: Digest,
  expected: Expectations,
): string {
  const reasons = layers.map(({ judgement }) =>
    judgement.ok ? (simpleProblem(judgement.value, digest, expected) ?? '') : sentence(judgement.refusal),
  );
  return summary(reasons, 'no signature');
}

export function sentence(refusal: Refusal): string {
  return `one that does not count: ${refusalSentences[refusal]}`;
}

/** Each reason once: a hundred strangers' bundles make no hundred sentences. */
export function summary(reasons: readonly string[], nothing: string): string {
  return [...new Set(reasons)].join('; ') || nothing;
}
