import type { Policy } from '@cooperage/contracts';
import { keyCounts, type PublicKeyRecord } from '@cooperage/db';

export interface PolicyFacts {
  readonly project: string;
  readonly defaultBranch: string | null;
  readonly remoteUrl: string;
  readonly builder: string;
  readonly keys: readonly PublicKeyRecord[];
  readonly now: Date;
}

/** What control demands before an image gets a tag, and what every later verification demands again, in words. */
export function policySentences(facts: PolicyFacts): Pick<Policy, 'sentences' | 'satisfiable'> {
  const counting = facts.keys.filter((key) => keyCounts(key, facts.now));
  const branch = facts.defaultBranch === null ? 'the default branch' : `the default branch ${facts.defaultBranch}`;
  const sentences = [
    { id: 'signed', text: `Images of ${branch} and of every other ref must be signed by ${keysText(counting)}.` },
    ...counting.flatMap((key) => (key.state === 'verify_only' ? [olderKey(key)] : [])),
    { id: 'bound', text: `The signature must name this project: ${facts.project}.` },
    { id: 'built', text: `They must be built here: the provenance names the builder ${facts.builder}.` },
    {
      id: 'source',
      text: `The provenance must name the address, commit, ref and zone in the record of the build, now ${facts.remoteUrl}.`,
    },
    {
      id: 'gate',
      text: 'No image gets a tag before all of this was read back from the registry and found to be true.',
    },
  ];
  return { sentences, satisfiable: counting.length > 0 };
}

function keysText(keys: readonly PublicKeyRecord[]): string {
  const signing = keys.find(({ state }) => state === 'signing');
  if (signing) return `the key ${shortKey(signing.id)} of this project`;
  return keys.length > 0
    ? 'a key that still counts'
    : 'a key of this project, and there is none: nothing satisfies this';
}

function olderKey({ id, verifyUntil }: PublicKeyRecord): Policy['sentences'][number] {
  const until = verifyUntil === null ? 'without an end' : `until ${verifyUntil.toISOString().slice(0, 10)}`;
  return { id: `older ${id}`, text: `Signatures by the earlier key ${shortKey(id)} count ${until}.` };
}

/** The end of the id: its beginning is a time, and much alike among keys. */
function shortKey(id: string): string {
  return id.slice(-8);
}
