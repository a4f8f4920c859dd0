import type { DeliveryOutcome, HookSilence } from '@cooperage/contracts';

/** What the ledger can be narrowed to. */
export const outcomeFilters: readonly { readonly id: DeliveryOutcome; readonly label: string }[] = [
  { id: 'built', label: 'Built' },
  { id: 'nothing', label: 'Started nothing' },
  { id: 'waiting', label: 'Being looked at' },
  { id: 'failed', label: 'Failed' },
  { id: 'ignored', label: 'Ignored' },
];

export const outcomeIds = outcomeFilters.map(({ id }) => id);

/** A silence as a sentence. Whole days, by the moment at which the git host was looked at. */
export function silenceSentence(silence: Pick<HookSilence, 'ref' | 'lastDeliveryAt' | 'checkedAt'>): string {
  const days = Math.floor((Date.parse(silence.checkedAt) - Date.parse(silence.lastDeliveryAt)) / 86_400_000);
  const span = days === 1 ? '1 day' : `${days} days`;
  return `No delivery for ${span} though ${silence.ref.replace(/^refs\/heads\//, '')} moved.`;
}

/** What proves a call, in words for a column. */
export function proofWords(proof: string): string {
  const words: Readonly<Record<string, string>> = {
    'hmac-sha256': 'signature',
    'standard-webhooks': 'signature, Standard Webhooks',
    token: 'token',
    bearer: 'bearer token',
    session: 'session',
  };
  return words[proof] ?? proof;
}

/** What was wrong with a refused call's proof, and what to do about it. */
export function refusalWords(code: string): string {
  const words: Readonly<Record<string, string>> = {
    signature_missing: 'no proof came with it: give the git host the secret',
    signature_invalid: 'no secret of this project made its signature',
    timestamp_out_of_range: 'it is too old, or the sender’s clock is wrong',
    unknown_sender: 'it looks like no forge that is known',
    malformed: 'its body cannot be read',
    ref_invalid: 'it names a ref that git does not allow',
    unsupported_media_type: 'its body is of a kind that is not taken',
    quota_exceeded: 'the organization’s quota of deliveries is used up: see its usage page',
    rate_limited: 'too many deliveries of this project wait, or came within a minute: send it again later',
  };
  return words[code] ?? code;
}
