import type { WorkerView } from '@cooperage/contracts';
import { type EngineWarning, engineWarningTexts } from '@cooperage/domain/predicates';
import { Card } from '@/components/ui/card';
import { Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';
import { engineColumns, featureRows, featureWords } from '../model/engine-features';

/** What should hold where an engine runs and does not. */
function EngineWarnings({ name, warnings }: { name: string; warnings: readonly EngineWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <div role="note" className="border-t border-line bg-wait-bg px-3 py-2">
      <p className="font-semibold text-wait">{visibleText(name)} lacks protection here</p>
      <ul>
        {warnings.map((warning) => (
          <li key={warning} className="pt-1">
            {engineWarningTexts[warning].title}
            <p className="break-words text-sm text-text-2">{engineWarningTexts[warning].text}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

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
      {engines.map(({ name, features }) => (
        <EngineWarnings key={`${name} ${JSON.stringify(features)}`} name={name} warnings={features.warnings} />
      ))}
      <p className="border-t border-line px-3 py-2 text-sm text-text-2">
        An operator chooses the engine with <code>COOPERAGE_ENGINE</code>, the same for control and all builders.
      </p>
    </Card>
  );
}
