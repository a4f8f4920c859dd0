import type { CachePrunePreview } from '@cooperage/contracts';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { formatBytes } from '@/lib/format/bytes';
import { shortRef, visibleText } from '@/lib/format/names';
import { leftWords, previewSentence } from '../model/prune-words';

/** What would go, and whose next build finds less. */
export function PrunePreview({ preview }: { preview: CachePrunePreview }) {
  const { items, references, colder, colderRefs, spared, sparedReferences } = preview;
  return (
    <>
      <p role="status" className="px-3 pb-2 font-medium">
        {previewSentence(preview)}
      </p>
      {spared.length > 0 && (
        <p className="px-3 pb-2 text-text-2 break-words">
          Stays, although it fits: {spared.map(({ ref, platform }) => `${visibleText(ref)} (${platform})`).join(', ')}
          {sparedReferences > spared.length && ` and ${sparedReferences - spared.length} more`}.
        </p>
      )}
      {items.length > 0 && (
        <Table
          label="Caches that would be deleted"
          head={
            <>
              <Th>Would be deleted</Th>
              <Th right>Size</Th>
              <Th>Last of use</Th>
            </>
          }
        >
          {items.map((item) => (
            <tr key={`${item.zone} ${item.ref} ${item.platform} ${item.epoch}`} className={rowClass}>
              <Place of={item} />
              <Td right className="whitespace-nowrap">
                {formatBytes(item.bytes)}
              </Td>
              <Td>
                <Moment at={item.touchedAt} />
              </Td>
            </tr>
          ))}
        </Table>
      )}
      <More shown={items.length} all={references} />
      {colder.length > 0 && (
        <Table
          label="Builds that would start colder"
          head={
            <>
              <Th>Starts colder</Th>
              <Th right>Last build</Th>
              <Th>Still finds in the registry</Th>
            </>
          }
        >
          {colder.map((each) => (
            <tr key={`${each.zone} ${each.ref} ${each.platform}`} className={rowClass}>
              <Place of={each} />
              <Td right>#{each.lastBuild}</Td>
              <Td className="break-words">{leftWords(each.left)}</Td>
            </tr>
          ))}
        </Table>
      )}
      <More shown={colder.length} all={colderRefs} />
    </>
  );
}

interface Shown {
  readonly zone: string;
  readonly ref: string;
  readonly platform: string;
}

/** In one property: a server component must not be given one that is called `ref`. */
function Place({ of: { zone, ref, platform } }: { of: Shown }) {
  return (
    <Td className="max-w-36 sm:max-w-72">
      <code className="block truncate" title={visibleText(ref)}>
        {visibleText(shortRef(ref))}
      </code>
      <span className="text-xs text-text-2">
        {zone} · {platform}
      </span>
    </Td>
  );
}

function More({ shown, all }: { shown: number; all: number }) {
  return shown === all ? null : <p className="px-3 py-2 text-text-2">and {all - shown} more</p>;
}
