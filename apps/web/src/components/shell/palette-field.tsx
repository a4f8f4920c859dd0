import type { PaletteScope } from '@/lib/palette/palette-store';

const everything: PaletteScope = { kind: 'all' };

/**
 * Looks like a field and opens the palette, whose field it is; `Keyboard` does that.
 * @param isMac whether the key is the one of its keyboards
 */
export function PaletteField({ isMac }: { isMac: boolean }) {
  return (
    <button
      type="button"
      aria-label="Search and commands"
      aria-keyshortcuts="Control+K Meta+K"
      aria-haspopup="dialog"
      data-palette={JSON.stringify(everything)}
      className="flex min-h-7 shrink-0 items-center gap-2 rounded border border-line-strong bg-surface px-2 text-sm text-text-2 hover:text-text lg:w-52"
    >
      <svg aria-hidden viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" className="size-4">
        <circle cx="7" cy="7" r="4.2" />
        <path d="m10.2 10.2 3.3 3.3" />
      </svg>
      <span className="hidden flex-1 text-left lg:inline">Search</span>
      <kbd
        aria-hidden
        data-keys={isMac ? '⌘K' : 'Ctrl K'}
        className="hidden text-[11px] before:content-[attr(data-keys)] lg:inline"
      />
    </button>
  );
}
