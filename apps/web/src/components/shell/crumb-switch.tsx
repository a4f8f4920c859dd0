import type { PaletteScope } from '@/lib/palette/palette-store';

/** Beside a part of the breadcrumb: what else could stand there, to be filtered by typing. `Keyboard` opens it. */
export function CrumbSwitch({ scope, label }: { scope: PaletteScope; label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-haspopup="dialog"
      data-palette={JSON.stringify(scope)}
      className="grid size-[24px] shrink-0 place-items-center rounded text-text-3 hover:bg-sunken hover:text-text"
    >
      <svg aria-hidden viewBox="0 0 10 14" fill="none" stroke="currentColor" strokeWidth="1.5" className="h-3.5">
        <path d="M2 5.5 5 2.5l3 3M2 8.5l3 3 3-3" />
      </svg>
    </button>
  );
}
