import type { Token } from '@cooperage/contracts';
import { Badge } from '@/components/ui/badge';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';

export function TokenTable({ tokens }: { tokens: readonly Token[] }) {
  return (
    <Table
      label="Tokens"
      head={
        <>
          <Th>Name</Th>
          <Th>May</Th>
          <Th wide>Begins with</Th>
          <Th wide>Last used</Th>
          <Th>Ends</Th>
          <Th>
            <span className="sr-only">What can be done</span>
          </Th>
        </>
      }
    >
      {tokens.map((token) => (
        <tr key={token.id} className={rowClass}>
          <Td className="font-medium">{visibleText(token.name)}</Td>
          <Td>
            <span className="inline-flex flex-wrap gap-1">
              {token.scopes.map((scope) => (
                <Badge key={scope}>{scope}</Badge>
              ))}
            </span>
          </Td>
          <Td wide>
            <code>{token.prefix}…</code>
          </Td>
          <Td wide>
            {token.lastUsedAt ? <Moment at={token.lastUsedAt} /> : <span className="text-text-3">never</span>}
          </Td>
          <Td>{token.expiresAt ? <Moment at={token.expiresAt} /> : <span className="text-wait">never</span>}</Td>
          <Td right>
            <DeleteButton
              address={`/tokens/${token.id}`}
              label="Revoke"
              what={`the token “${token.name}”`}
              consequence="Whatever uses it is refused from now on."
            />
          </Td>
        </tr>
      ))}
    </Table>
  );
}
