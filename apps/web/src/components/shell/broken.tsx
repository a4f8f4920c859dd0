export interface BrokenProps {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}

/**
 * A defect of ours. The digest is all that is shown of it: it finds the cause in the server's own log. Every page carries this
 * with it, because nothing more could be loaded where it is needed; so it is plain.
 */
export function Broken({ error, reset }: BrokenProps) {
  return (
    <main id="main" className="mx-auto grid min-h-[70dvh] max-w-[60ch] content-center gap-3 px-5 py-12">
      <h1 className="text-xl font-semibold tracking-tight">This page broke</h1>
      <p className="text-text-2">
        The fault is ours, not yours. Builds go on without this page.
        {error.digest && (
          <>
            {' '}
            An operator finds it in the log under <code>{error.digest}</code>.
          </>
        )}
      </p>
      <p className="flex gap-2">
        <button type="button" className="button button-primary" onClick={reset}>
          Try again
        </button>
        <a href="/" className="button button-plain">
          Go to the overview
        </a>
      </p>
    </main>
  );
}
