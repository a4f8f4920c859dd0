import type { LayerComparison } from '@cooperage/contracts';
import { Digest } from '@/components/ui/digest';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { sizeWords } from '@/features/builds/model/size-words';
import { classes } from '@/lib/classes';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { loadLayers } from '../api/load-comparison';
import type { ComparedPair } from '../model/compared-pair';

/** The images of both builds, layer by layer. The registry is asked: when it does not answer, the rest of the page stays. */
export async function LayersCard({ projectId, pair }: { projectId: string; pair: ComparedPair }) {
  const layers = await loadLayers(projectId, pair);
  if (!layers.ok) return <ProblemPanel problem={layers.problem} what="The layers" />;
  const { a, b, platforms, leftOut } = layers.value;
  const without = [!a && `#${pair.a}`, !b && `#${pair.b}`].filter(Boolean).join(' and ');
  return (
    <>
      {without && <p className="px-3 py-2.5 text-text-2">No image was published by {without}.</p>}
      {a && b && (
        <p className="px-3 py-2.5 tabular-nums">
          {a.digest === b.digest
            ? 'Both made the same image, byte for byte.'
            : sizeWords(b.sizeBytes, { number: pair.a, sizeBytes: a.sizeBytes })}
        </p>
      )}
      {a && b && a.digest !== b.digest && platforms.map((each) => <Platform key={each.platform} platform={each} />)}
      {a && b && a.digest !== b.digest && leftOut > 0 && (
        <p className="px-3 py-2.5 text-text-2">
          {leftOut === 1 ? '1 platform is' : `${leftOut} platforms are`} not compared: these images have more than fits
          on one page.
        </p>
      )}
    </>
  );
}

const words = { same: 'the same', added: 'new', gone: 'gone' } as const;

function Platform({ platform }: { platform: LayerComparison['platforms'][number] }) {
  return (
    <Table
      label={`Layers, ${platform.platform}`}
      head={
        <>
          <Th>{visibleText(platform.platform)}</Th>
          <Th>Change</Th>
          <Th right>Size</Th>
          <Th wide>Digest</Th>
        </>
      }
    >
      {platform.layers.map((layer) => (
        <tr key={`${layer.digest} ${layer.change}`} className={rowClass}>
          <Td className="w-3/5 max-w-0 min-w-28">
            <code className={classes('block truncate', layer.change === 'gone' && 'text-text-3 line-through')}>
              {layer.createdBy ? visibleText(layer.createdBy) : 'not said'}
            </code>
          </Td>
          <Td className={layer.change === 'same' ? 'text-text-3' : ''}>{words[layer.change]}</Td>
          <Td right>{formatBytes(layer.sizeBytes)}</Td>
          <Td wide>
            <Digest value={layer.digest} />
          </Td>
        </tr>
      ))}
    </Table>
  );
}
