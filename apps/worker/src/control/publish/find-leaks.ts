import { SecretMasker } from '@cooperage/logs/write';

export interface Leak {
  readonly secretName: string;
  /** Which document of the image holds it: `config`, `manifest`. */
  readonly where: string;
}

/**
 * Looks for known secret values, plain and in their usual encodings, in an image's documents (labels, history, environment,
 * annotations are all in there).
 */
export function findLeaks(
  documents: readonly { readonly where: string; readonly bytes: Uint8Array }[],
  secrets: ReadonlyMap<string, Uint8Array>,
): Leak[] {
  if (secrets.size === 0) return [];
  const known = [...secrets].map(([name, value]) => ({ name, value }));
  return documents.flatMap(({ where, bytes }) => {
    const masker = new SecretMasker(known);
    const stream = masker.open();
    stream.push(bytes);
    stream.finish();
    return Object.keys(masker.hits()).map((secretName) => ({ secretName, where }));
  });
}
