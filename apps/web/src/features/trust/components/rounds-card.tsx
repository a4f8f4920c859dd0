import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { loadRounds } from '../api/load-trust';
import { VerifyAll } from './verify-all';

/** How the tagged images of each project fared when they were last verified, and when the next round is due. */
export async function RoundsCard() {
  const rounds = await loadRounds();
  return (
    <Card title="Verified again">
      {!rounds.ok ? (
        <ProblemPanel problem={rounds.problem} what="The rounds of verification" />
      ) : rounds.value.items.length === 0 ? (
        <p className="px-3 py-3 text-text-2">
          Tagged images are verified again once a day. The first round begins soon after the first image.
        </p>
      ) : (
        <Table
          label="Rounds of verification"
          head={
            <>
              <Th>Project</Th>
              <Th right wide>
                Images
              </Th>
              <Th right>Do not verify</Th>
              <Th right wide>
                Unknown
              </Th>
              <Th>Last round</Th>
              <Th wide>Next</Th>
              <Th />
            </>
          }
        >
          {rounds.value.items.map((round) => (
            <tr key={round.projectId} className={rowClass}>
              <Td>{round.projectSlug}</Td>
              <Td right wide>
                {round.images}
              </Td>
              <Td right className={round.failing > 0 ? 'font-semibold text-bad' : undefined}>
                {round.failing}
              </Td>
              <Td right wide>
                {round.unknown}
              </Td>
              <Td>{round.finishedAt ? <Moment at={round.finishedAt} /> : 'under way'}</Td>
              <Td wide>
                <Moment at={round.nextAt} />
              </Td>
              <Td right>
                <VerifyAll projectId={round.projectId} projectSlug={round.projectSlug} />
              </Td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
