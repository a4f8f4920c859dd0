/** Something that ends in order: what is under way first, then what it stands on. */
export interface Closable {
  close(): Promise<unknown> | unknown;
}

/** Closes in the order of the list, each whatever the one before it did. */
export async function closeInOrder(parts: readonly Closable[], onError: (error: unknown) => void): Promise<void> {
  for (const part of parts) {
    try {
      await part.close();
    } catch (error) {
      onError(error);
    }
  }
}
