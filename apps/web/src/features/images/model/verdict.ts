import type { Signatures } from '@cooperage/contracts';

type State = Signatures['state'];

export interface VerdictLook {
  /** A few words, for lists. */
  readonly words: string;
  /** What it means, as a sentence of its own. */
  readonly meaning: string;
  readonly tone: string;
  readonly sign: string;
}

const good = 'border-trust bg-trust-bg text-trust';
const bad = 'border-bad bg-bad-bg text-bad';
const open = 'border-wait bg-wait-bg text-wait';

/** Each state is another thing to do, so each has a sentence of its own. */
export const verdictLooks: Readonly<Record<State, VerdictLook>> = {
  verified: {
    words: 'Signed and verified',
    meaning: 'A key of this project signed these bytes, and the provenance names the build.',
    ...{ tone: good, sign: '◆' },
  },
  unsigned: {
    words: 'Never signed',
    meaning: 'Nothing beside this image even claims to be a signature. Build it again to have it signed.',
    ...{ tone: bad, sign: '◇' },
  },
  untrusted: {
    words: 'Signed by somebody unknown',
    meaning:
      'There are signatures, and none is by a key of this project that counts. Do not run it before you know whose they are.',
    ...{ tone: bad, sign: '◇' },
  },
  mismatch: {
    words: 'Signed by us, but not as expected',
    meaning:
      'A key of this project signed these bytes, and something else is not as it must be. The checks below say what.',
    ...{ tone: bad, sign: '◇' },
  },
  gone: {
    words: 'Gone from the registry',
    meaning: 'The registry does not hold this image any more. What is shown here is what was written down when it did.',
    ...{ tone: bad, sign: '◌' },
  },
  impossible: {
    words: 'Verification impossible',
    meaning: 'The registry could not be asked, so nothing is known: the image may be as good as it was.',
    ...{ tone: open, sign: '◇' },
  },
  unchecked: {
    words: 'Not checked yet',
    meaning: 'Nobody has looked at the signature so far.',
    ...{ tone: open, sign: '◇' },
  },
};

const meanings: Readonly<Record<string, string>> = {
  digest: 'The bytes in the registry are those that the digest names. Otherwise somebody changed or lost them.',
  content: 'Every manifest, config and layer is there and is what the manifest says.',
  signature: 'One of the keys of this project signed exactly this digest.',
  project: 'The signature was made for this project. One that was copied from elsewhere says another.',
  legacy_signature: 'Older verifiers read signatures under a tag; it is there too, and true.',
  provenance: 'A signed statement says how the image was built.',
  provenance_subject: 'That statement speaks of these very bytes.',
  source_commit: 'It was built from the commit that the build shows.',
  source_uri: 'It was built from the repository and ref of this project.',
  builder: 'It was built here, by the builder of this installation.',
  invocation: 'The statement names this very build, not another of the same bytes.',
  legacy_provenance: 'Older verifiers find the same statement under their tag.',
};

/** What it says about an image that a check passes; null for a check that is not known here. */
export function checkMeaning(id: string): string | null {
  return Object.hasOwn(meanings, id) ? (meanings[id] ?? null) : null;
}

/** Keys are told apart by the end of their id: its beginning is a time. */
export function shortKey(id: string): string {
  return id.slice(-8);
}
