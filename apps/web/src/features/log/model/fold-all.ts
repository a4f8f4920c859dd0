const event = 'cooperage:fold-all';

/** Opens or folds all steps of the log on this page, if it shows one. */
export function foldAll(open: boolean): void {
  document.dispatchEvent(new CustomEvent(event, { detail: open }));
}

/** @returns what ends the listening */
export function onFoldAll(listener: (open: boolean) => void): () => void {
  const heard = ({ detail }: CustomEventInit<boolean>): void => listener(detail === true);
  document.addEventListener(event, heard);
  return () => document.removeEventListener(event, heard);
}
