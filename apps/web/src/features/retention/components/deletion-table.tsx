import type { Deletion } from '@cooperage/contracts';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { deletionLabel, deletionReason } from '../model/retention-labels';
import { UndoDeletion } from './undo-deletion';

interface DeletionTableProps {
  readonly deletions: readonly Deletion[];
  /** Address of the list below `/api/v1`, without its query. */
  readonly address: string;
  readonly mayUndo: boolean;
}

/** Deletions of one organization. Those that are scheduled can be called off by admins. */
export function DeletionTable({ deletions, address, mayUndo }: DeletionTableProps) {
  return (
    <Table
      label="Deletions"
      head={
        <>
          <Th>Item</Th>
          <Th wide>Project</Th>
          <Th wide>Reason</Th>
          <Th right wide>
            Size
          </Th>
          <Th>When</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </>
      }
    >
      {deletions.map((deletion) => (
        <tr key={deletion.id} className={rowClass}>
          <Td className="break-words">
            {visibleText(deletionLabel(deletion))}
            {deletion.tags.length > 0 && (
              <span className="block text-text-2">
                and its tags {visibleText(deletion.tags.join(', '))}
                {deletion.tagsLeftOut > 0 && ` and ${deletion.tagsLeftOut} more`}
              </span>
            )}
            {deletion.message !== null && (
              <span className="block text-text-2 md:hidden">{visibleText(deletion.message)}</span>
            )}
          </Td>
          <Td wide>{deletion.project.slug}</Td>
          <Td wide className="break-words">
            {visibleText(deletion.message ?? deletionReason(deletion))}
          </Td>
          <Td right wide>
            {deletion.bytes === null ? '–' : formatBytes(deletion.bytes)}
          </Td>
          <Td>
            <When deletion={deletion} />
          </Td>
          <Td right>
            {mayUndo && deletion.state === 'scheduled' && (
              <UndoDeletion address={`${address}/deletions/${deletion.id}/undo`} what={deletionLabel(deletion)} />
            )}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

/** One that could not be deleted says why in place of its reason, and is tried again later. */
function When({ deletion: { state, message, finishedAt, deleteAfter } }: { deletion: Deletion }) {
  if (state === 'deleting' && message === null) return 'now';
  return (
    <>
      {state === 'deleting' && 'tried again '}
      <Moment at={finishedAt ?? deleteAfter} />
    </>
  );
}
