import type { Project, ProjectCache } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { publicOrigin } from '@/lib/address/public-origin';
import { formatBytes } from '@/lib/format/bytes';
import { cachePlace } from '@/lib/format/cache-backend';
import { modeTrendSentences, nextSentence, partWords, signedDuration, weightSentence } from '../model/mode-words';
import { CacheSettings } from './cache-settings';
import { ModeBars } from './mode-bars';

/** What builds leave of their cache, what each way of it cost and saved here, and the settings of it. */
export async function CacheModes({ project, cache }: { project: Project; cache: ProjectCache }) {
  const { modes, store } = cache;
  const { numbers } = modes;
  return (
    <Card title="What builds leave">
      <div className="grid gap-3 px-3 py-3">
        <p className="max-w-[80ch]">
          {project.cacheBackend === 'registry'
            ? nextSentence(modes)
            : `Modes are for caches in the registry; builds of this project keep theirs ${cachePlace[project.cacheBackend]}.`}
        </p>
        <ModeBars numbers={numbers} />
        <p className="text-xs text-text-3">
          Means of one build over the last 60: above what the next build saved, below what leaving it took.
        </p>
      </div>
      <Table
        label="What each mode cost and saved"
        head={
          <>
            <Th>Mode</Th>
            <Th right>Builds</Th>
            <Th right>Saved</Th>
            <Th right>Took</Th>
            <Th right>Left over</Th>
            <Th right wide>
              Default branch
            </Th>
            <Th right wide>
              Other branches
            </Th>
            <Th right wide>
              Size
            </Th>
          </>
        }
      >
        {numbers.map(({ mode, builds, gainMs, costMs, netMs, bytes, main, others }) => (
          <tr key={mode} className={rowClass}>
            <Td>{mode}</Td>
            <Td right>{builds}</Td>
            <Td right>{builds === 0 ? '–' : signedDuration(gainMs)}</Td>
            <Td right>{builds === 0 ? '–' : signedDuration(costMs)}</Td>
            <Td right>{builds === 0 ? '–' : signedDuration(netMs)}</Td>
            <Td right wide>
              {partWords(main)}
            </Td>
            <Td right wide>
              {partWords(others)}
            </Td>
            <Td right wide>
              {bytes === null ? '–' : formatBytes(Math.round(bytes))}
            </Td>
          </tr>
        ))}
      </Table>
      {modeTrendSentences(modes).map((sentence) => (
        <p key={sentence} className="px-3 pt-3 text-text-2">
          {sentence}
        </p>
      ))}
      <p className="border-t border-line px-3 pt-3 text-text-2">{weightSentence(store)}</p>
      <CacheSettings
        key={`${project.cacheMode} ${project.cacheBudgetBytes} ${project.cacheUnusedDays}`}
        projectId={project.id}
        mode={project.cacheMode}
        budgetBytes={project.cacheBudgetBytes}
        unusedDays={project.cacheUnusedDays}
        origin={await publicOrigin()}
      />
    </Card>
  );
}
