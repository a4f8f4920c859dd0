'use client';

import type { Layers, LayerView } from '@cooperage/contracts';
import { Bar } from '@/components/ui/bar';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { shortDigest, visibleText } from '@/lib/format/names';
import { plainInstruction } from '../model/media-type';

interface LayersProps {
  /** Null until the first answer. */
  readonly asked: Result<Layers> | null;
  /** Shows the files of one layer. */
  readonly onOpen: (layer: number) => void;
}

/** Each layer with the instruction that made it, what it changes, and what it stores for nothing. */
export function LayersCard({ asked, onOpen }: LayersProps) {
  return (
    <Card title="Layers" aside={asked?.ok && <Wasted layers={asked.value} />}>
      {asked === null ? (
        <p className="px-3 py-3 text-text-2">Asking for the layers</p>
      ) : asked.ok ? (
        <LayerTable layers={asked.value.layers} onOpen={onOpen} />
      ) : (
        <p role="alert" className="px-3 py-3">
          <strong className="text-bad">The layers could not be shown.</strong> {asked.problem.title}.{' '}
          {asked.problem.detail}
        </p>
      )}
    </Card>
  );
}

function Wasted({ layers }: { layers: Layers }) {
  if (layers.state === 'reading') return <span role="status">Reading the files</span>;
  if (layers.wastedBytes === null) return <span>Some layers cannot be listed</span>;
  return <span className="tabular-nums">{formatBytes(layers.wastedBytes)} stored for nothing</span>;
}

function LayerTable({ layers, onOpen }: { layers: readonly LayerView[]; onOpen: (layer: number) => void }) {
  const largest = layers.reduce((most, { sizeBytes }) => Math.max(most, sizeBytes), 1);
  return (
    <Table
      label="Layers and what they change"
      head={
        <>
          <Th>Instruction</Th>
          <Th right>Size</Th>
          <Th wide />
          <Th right>Files</Th>
          <Th right wide>
            Wasted
          </Th>
          <Th wide>Before</Th>
        </>
      }
    >
      {layers.map((layer) => (
        <tr key={layer.index} className={rowClass}>
          <Td className="w-full max-w-0">
            <Button look="quiet" className="max-w-full justify-start! px-0!" onClick={() => onOpen(layer.index)}>
              <code className="truncate" title={visibleText(layer.createdBy ?? layer.digest)}>
                {layer.createdBy === null ? shortDigest(layer.digest) : visibleText(plainInstruction(layer.createdBy))}
              </code>
            </Button>
            {layer.problem && <p className="text-xs text-wait">{layer.problem.sentence}</p>}
          </Td>
          <Td right className="whitespace-nowrap">
            {formatBytes(layer.sizeBytes)}
          </Td>
          <Td wide>
            <Bar share={layer.sizeBytes / largest} />
          </Td>
          <Td right className="whitespace-nowrap">
            <Changes layer={layer} />
          </Td>
          <Td right wide className="whitespace-nowrap">
            {layer.changes ? formatBytes(layer.changes.wastedBytes) : '–'}
          </Td>
          <Td wide className="whitespace-nowrap text-text-2">
            {layer.inPrevious === null ? '–' : layer.inPrevious ? 'the same' : 'new'}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function Changes({ layer }: { layer: LayerView }) {
  if (!layer.changes) return <span className="text-text-3">{layer.state === 'reading' ? 'reading' : '–'}</span>;
  const { added, changed, removed } = layer.changes;
  return (
    <span title={`${added} added, ${changed} changed, ${removed} removed`}>
      <span className="sr-only">
        {added} added, {changed} changed, {removed} removed
      </span>
      <span aria-hidden>
        +{added} ~{changed} −{removed}
      </span>
    </span>
  );
}
