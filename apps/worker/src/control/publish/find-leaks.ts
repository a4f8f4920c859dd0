import { SecretMasker } from '@cooperage/logs/write';

export interface Leak {
  readonly secretName: string;
  /** Which document of the image holds it: `config`, `manifest`. */
  readonly where: string;
}

/**
 * Looks for known secret values, plain and in their usual encodings, in an image's documents (labels, history, environment,
 * annotations are all in there). What it takes to look for them is prepared once for all documents.
 */
export async function findLeaks(
  documents: readonly { readonly where: string; readonly bytes: Uint8Array }[],
  secrets: ReadonlyMap<string, Uint8Array>,
): Promise<Leak[]> {
  if (secrets.size === 0) return [];
  const masker = await SecretMasker.prepare([...secrets].map(([name, value]) => ({ name, value })));
  return documents.flatMap(({ where, bytes }) => masker.namesIn(bytes).map((secretName) => ({ secretName, where })));
}
