import { CopyButton } from './copy-button';

/** Something to paste into a terminal, with its button. */
export function CopyLine({ text, what }: { text: string; what: string }) {
  return (
    <div className="flex min-w-0 items-start gap-1 rounded border border-line bg-sunken pl-2.5">
      <code className="min-w-0 flex-1 py-1.5 break-all whitespace-pre-wrap select-all">{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
