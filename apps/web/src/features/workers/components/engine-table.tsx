import type { WorkerView } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';
import { engineColumns, featureRows, featureWords } from '../model/engine-features';

/** What the engines of the workers can do: the table that helps a person choose. */
export function EngineTable({ workers }: { workers: readonly WorkerView[] }) {
  const engines = engineColumns(workers);
  if (engines.length === 0) return null;
  return (
    <Card title="What the engines can do">
      <Table
        label="What the engines can do"
        head={
          <>
            <Th>Feature</Th>
            {engines.map(({ name, features }) => (
              <Th key={`${name} ${JSON.stringify(features)}`}>{visibleText(name)}</Th>
            ))}
          </>
        }
      >
        {featureRows.map(({ key, words }) => (
          <tr key={key} className="border-b border-line last:border-b-0">
            <th scope="row" className="px-3 py-1.5 text-left font-normal">
              {words}
            </th>
            {engines.map(({ name, features }) => (
              <Td key={`${name} ${JSON.stringify(features)}`}>{featureWords(features[key])}</Td>
            ))}
          </tr>
        ))}
      </Table>
      <p className="border-t border-line px-3 py-2 text-sm text-text-2">
        An operator chooses the engine with <code>COOPERAGE_ENGINE</code>, the same for control and all builders.
      </p>
    </Card>
  );
}
