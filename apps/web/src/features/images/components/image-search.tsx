import { Button, buttonClass } from '@/components/ui/button';
import { inputClass } from '@/components/ui/input-class';
import { Link } from '@/components/ui/link';
import { classes } from '@/lib/classes';

/** A plain form whose answer is an address, so that a search can be shared and works without scripts. */
export function ImageSearch({ path, words }: { path: string; words: string | null }) {
  return (
    <form action={path} className="flex flex-wrap items-center gap-2">
      <input
        name="q"
        defaultValue={words ?? ''}
        placeholder="The beginning of a tag or digest"
        aria-label="Tag or digest"
        maxLength={128}
        data-key="/"
        className={classes(inputClass, 'min-w-0 flex-1 basis-56 font-mono text-sm sm:max-w-84')}
      />
      <Button type="submit">Search</Button>
      {words && (
        <Link href={path} className={buttonClass('quiet')}>
          Clear
        </Link>
      )}
    </form>
  );
}
