/** @throws {Error} where the page came over plain http from another machine: the clipboard is missing there. */
export async function writeClipboard(text: string): Promise<void> {
  if (!navigator.clipboard) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}
