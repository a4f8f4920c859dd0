import { Link, textLinkClass } from '../ui/link';
import { Table, Td, Th } from '../ui/table';

interface ChartTableProps {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Where the first cell of a row leads. */
  readonly href?: (name: string) => string;
}

/** The numbers of a chart, for who reads rather than looks. */
export function ChartTable({ label, head, rows, href }: ChartTableProps) {
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
                {href && index === 0 ? (
                  <Link href={href(cell)} className={textLinkClass}>
                    {cell}
                  </Link>
                ) : (
                  cell
                )}
              </Td>
            ))}
          </tr>
        ))}
      </Table>
    </details>
  );
}
