/** Of every field that somebody types into or chooses from. */
export const inputClass =
  'min-h-8 w-full min-w-0 rounded border border-line-strong bg-surface px-2.5 py-1 text-text placeholder:text-text-3 aria-[invalid=true]:border-bad';
