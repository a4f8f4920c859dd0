import type { Comparison } from '@cooperage/contracts';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';

export interface ValuePairsProps {
  readonly label: string;
  readonly pairs: Comparison['inputs'];
  /** Numbers of the builds. */
  readonly a: number;
  readonly b: number;
  /** What is said when nothing differs. */
  readonly none: string;
  /** What is said of a value that only one of them has. */
  readonly missing?: string;
}

/** Values that differ; what is the same is counted. */
export function ValuePairs({ label, pairs, a, b, none, missing = 'not there' }: ValuePairsProps) {
  const changed = pairs.filter((pair) => pair.a !== pair.b);
  const same = pairs.filter((pair) => pair.a === pair.b);
  return (
    <>
      {changed.length === 0 ? (
        <p className="px-3 py-2.5 text-text-2">{none}</p>
      ) : (
        <Table
          label={label}
          head={
            <>
              <Th>What</Th>
              <Th>#{a}</Th>
              <Th>#{b}</Th>
            </>
          }
        >
          {changed.map((pair) => (
            <tr key={pair.name} className={rowClass}>
              <Td className="min-w-20 break-words">{visibleText(pair.name)}</Td>
              <Td className="text-text-2">
                <Value value={pair.a} missing={missing} />
              </Td>
              <Td>
                <Value value={pair.b} missing={missing} />
              </Td>
            </tr>
          ))}
        </Table>
      )}
      {same.length > 0 && (
        <p className="border-t border-line px-3 py-1.5 text-sm text-text-2">
          The same in both: {same.map(({ name }) => visibleText(name)).join(', ')}
        </p>
      )}
    </>
  );
}

function Value({ value, missing }: { value: string | null; missing: string }) {
  if (value === null) return <span className="text-text-3">{missing}</span>;
  if (value === '') return <span className="text-text-3">empty</span>;
  return <code className="break-all">{visibleText(value)}</code>;
}
