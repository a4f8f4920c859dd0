import { shortestSecret } from '@cooperage/domain';
import { SecretMasker } from '@cooperage/logs/write';
import { tenantTexts } from './tenant-texts.js';

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
 */
export async function findLeaks(
  documents: readonly { readonly where: string; readonly bytes: Uint8Array }[],
  secrets: ReadonlyMap<string, Uint8Array>,
): Promise<Leak[]> {
  const known = [...secrets].flatMap(([name, value]) => (value.length < shortestSecret ? [] : [{ name, value }]));
  if (known.length === 0) return [];
  const masker = await SecretMasker.prepare(known);
  return documents.flatMap(({ where, bytes }) =>
    masker.namesIn(Buffer.concat([...tenantTexts(bytes)])).map((secretName) => ({ secretName, where })),
  );
}
