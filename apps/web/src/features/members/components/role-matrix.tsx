import { permissionMatrix, roles } from '@cooperage/domain/predicates';
import { Card } from '@/components/ui/card';
import { rowClass, Table, Td, Th } from '@/components/ui/table';

/** Who may do what: drawn from the table by which the API refuses. */
export function RoleMatrix() {
  return (
    <Card title="What each role may do">
      <Table
        label="What each role may do"
        head={
          <>
            <Th>Act</Th>
            {roles.map((role) => (
              <Th key={role} wide>
                {role}
              </Th>
            ))}
          </>
        }
      >
        {permissionMatrix().map(({ words, may }) => (
          <tr key={words} className={rowClass}>
            <Td className="w-full whitespace-normal">
              {words}
              {/* A phone has no room for the columns. */}
              <div className="text-xs text-text-2 md:hidden">{rolesWords(may)}</div>
            </Td>
            {may.map((allowed, at) => (
              <Td key={roles[at]} wide className={allowed ? 'text-good' : 'text-text-3'}>
                <span aria-hidden>{allowed ? '✓' : '–'}</span>
                <span className="sr-only">{allowed ? 'may' : 'may not'}</span>
              </Td>
            ))}
          </tr>
        ))}
      </Table>
      <p className="border-t border-line px-3 py-2 text-sm text-text-2">
        A token does no more than the member who made it, and only reads unless it may write. Settings of the
        installation and draining of workers are for its administrators, whatever their role here.
      </p>
    </Card>
  );
}

function rolesWords(may: readonly boolean[]): string {
  return may.every(Boolean) ? 'every role' : roles.filter((_, at) => may[at]).join(', ');
}
