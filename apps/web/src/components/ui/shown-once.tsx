import { CopyLine } from './copy-line';

/** A secret that the service has just made. It keeps only what it needs to recognise it. */
export function ShownOnce({ secret, what }: { secret: string; what: string }) {
  return (
    <div role="status" className="grid gap-1 rounded border border-wait bg-wait-bg px-3 py-2">
      <p className="font-semibold text-wait">Copy the {what} now. It is shown this once.</p>
      <CopyLine text={secret} what={what} />
    </div>
  );
}
