'use client';

import type { FileRow } from '@cooperage/contracts';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { treemap } from '../model/treemap';

const [width, height] = [600, 360];
/** Smaller tiles have no room for a name. */
const named = { width: 60, height: 22 } as const;
/** Of the font in these units. */
const letterWidth = 8;

/** Sizes as areas. Everything in it stands in the table beside it, which the keyboard reaches. */
export function FilesMap({ rows, onOpen }: { rows: readonly FileRow[]; onOpen: (row: FileRow) => void }) {
  const byPath = new Map(rows.map((row) => [row.path, row]));
  const tiles = treemap(
    rows.map(({ path, sizeBytes }) => ({ id: path, size: sizeBytes })),
    width,
    height,
  );
  if (tiles.length === 0) return <p className="py-3 text-sm text-text-2">Nothing here has a size.</p>;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden className="w-full rounded border border-line bg-sunken">
      {tiles.map((tile) => {
        const row = byPath.get(tile.id);
        if (!row) return null;
        const hasName = tile.width > named.width && tile.height > named.height;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the table beside it does the same for every reader
          <g
            key={tile.id}
            onClick={() => onOpen(row)}
            className={row.kind === 'directory' ? 'cursor-pointer' : undefined}
          >
            <title>{`${visibleText(row.path)} · ${formatBytes(row.sizeBytes)}`}</title>
            <rect
              x={tile.x + 1}
              y={tile.y + 1}
              width={Math.max(0, tile.width - 2)}
              height={Math.max(0, tile.height - 2)}
              className={
                row.kind === 'directory' ? 'fill-accent-bg stroke-line-strong' : 'fill-surface stroke-line-strong'
              }
            />
            {hasName && (
              <text x={tile.x + 7} y={tile.y + 17} className="fill-text font-mono text-xs">
                {visibleText(row.name).slice(0, Math.floor((tile.width - 12) / letterWidth))}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
