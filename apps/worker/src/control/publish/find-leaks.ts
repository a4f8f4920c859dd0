import { BuildFailure, inTurns, shortestSecret } from '@cooperage/domain';
import { SecretMasker } from '@cooperage/logs/write';
import { countValues } from './count-values.js';
import { tenantTexts } from './tenant-texts.js';

/** Of one document, keys included. A history of 2,000 entries and 1,000 labels have about 12,000. */
const mostValues = 100_000;

export interface ImageDocument {
  readonly where: string;
  readonly bytes: Uint8Array;
}

export interface Leak {
  readonly secretName: string;
  /** Which document of the image holds it: `config`, `manifest`. */
  readonly where: string;
}

/**
 * Looks for known secret values, plain and in their usual encodings, in what a build wrote into an image's documents: labels,
 * history, environment, annotations. The format's own words (`"empty_layer":true`, media types, digests) are not looked at.
 *
 * Values under `shortestSecret` bytes are from before that was the least. They are not looked for: each of them stands in
 * ordinary text, and would end every build of its project. What it takes to look is prepared once for all documents.
 * @param documents of which one at a time is asked for; all of them also where nothing is looked for, since they are checked meanwhile
 * @throws {BuildFailure} `PolicyRefused` for a document of so many values that to search it would take all memory
 */
export async function findLeaks(
  documents: AsyncIterable<ImageDocument> | Iterable<ImageDocument>,
  secrets: ReadonlyMap<string, Uint8Array>,
): Promise<Leak[]> {
  const known = [...secrets].flatMap(([name, value]) => (value.length < shortestSecret ? [] : [{ name, value }]));
  const masker = known.length > 0 ? await SecretMasker.prepare(known) : null;
  const leaks: Leak[] = [];
  for await (const { where, bytes } of documents) {
    if (masker === null) continue;
    if ((await inTurns(countValues(bytes, mostValues))) > mostValues) throw tooMany(where);
    const names = await inTurns(masker.namesIn(tenantTexts(bytes)));
    for (const secretName of names) leaks.push({ secretName, where });
  }
  return leaks;
}

function tooMany(where: string): BuildFailure {
  const limit = `The ${where} of the image has more than ${mostValues.toLocaleString('en')} values.`;
  const why = 'It is not searched for the secrets of the project then, and is not published.';
  return new BuildFailure('PolicyRefused', `${limit} ${why}`);
}
