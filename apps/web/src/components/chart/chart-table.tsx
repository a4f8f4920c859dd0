import { Table, Td, Th } from '../ui/table';

interface ChartTableProps {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The numbers of a chart, for who reads rather than looks. */
export function ChartTable({ label, head, rows }: ChartTableProps) {
  return (
    <details className="border-t border-line">
      <summary className="px-3 py-2 text-sm text-text-2">As a table</summary>
      <Table
        label={label}
        head={head.map((each, index) => (
          <Th key={each} right={index > 0}>
            {each}
          </Th>
        ))}
      >
        {rows.map((row) => (
          <tr key={row[0]} className="border-b border-line last:border-b-0">
            {row.map((cell, index) => (
              <Td key={head[index]} right={index > 0}>
                {cell}
              </Td>
            ))}
          </tr>
        ))}
      </Table>
    </details>
  );
}
