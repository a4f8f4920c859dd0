/** @internal What a row takes without its headers and its body: as `delivery_bytes` of the database, whose triggers count (docs/adr/0039). */
export const deliveryRowBytes = 1_024;

/** Bytes of a delivery for the quota of its organization, before it is stored. */
export function storedDeliveryBytes(headers: Readonly<Record<string, string>>, bodyBytes: number): number {
  // The database writes a space behind each colon and comma.
  const spaces = Math.max(0, 2 * Object.keys(headers).length - 1);
  return deliveryRowBytes + Buffer.byteLength(JSON.stringify(headers)) + spaces + bodyBytes;
}
