import type { MissedStep, CacheMisses as Misses, Project } from '@cooperage/contracts';
import { Bar } from '@/components/ui/bar';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { buildPath } from '@/lib/address/paths';
import type { Result } from '@/lib/api/problem';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { adviceSentence, causeWords, clipped, enoughBuilds, missesSentence } from '../model/miss-words';

interface CacheMissesProps {
  readonly project: Project;
  readonly misses: Result<Misses>;
}

/** Which steps run again and again, what that costs, why it is so and what to do: each leads to the newest such build. */
export function CacheMisses({ project, misses }: CacheMissesProps) {
  if (!misses.ok) {
    return (
      <Card title="Steps that always miss">
        <ProblemPanel problem={misses.problem} what="The steps that miss" />
      </Card>
    );
  }
  const { builds, steps } = misses.value;
  return (
    <Card title="Steps that always miss">
      <div className="grid gap-1 px-3 py-3">
        <p className="max-w-[80ch] break-words">{missesSentence(misses.value)}</p>
        <p className="text-xs text-text-3">
          Steps that ran at least twice in the last 30 days, by what they and the steps behind them cost. Builds of
          forks do not count.
        </p>
      </div>
      {builds >= enoughBuilds && steps.length > 0 && (
        <Table
          label="Steps that miss, with their causes"
          head={
            <>
              <Th>Step</Th>
              <Th right>Ran</Th>
              <Th right>Took</Th>
              <Th right wide>
                Took along
              </Th>
            </>
          }
        >
          {steps.map((step) => (
            <Row key={`${step.dockerfilePath} ${step.stage} ${step.definition}`} project={project} step={step} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function Row({ project, step }: { project: Project; step: MissedStep }) {
  const { ran, builds, ms, alongMs, newest } = step;
  const address = buildPath({ organizationSlug: project.organizationSlug, projectSlug: project.slug, number: newest });
  return (
    <tr className={rowClass}>
      <Td className="min-w-56">
        <div className="grid gap-0.5 py-1 break-words whitespace-normal">
          <Link href={`${address}?view=cache`} className={textLinkClass} data-row title={visibleText(step.definition)}>
            <code className="break-all">{clipped(step.definition, 90)}</code>
          </Link>
          <span className="text-xs text-text-2">
            <code>{visibleText(step.dockerfilePath)}</code>, line {step.startLine}
            {step.stage !== null && `, stage ${visibleText(step.stage)}`}; last in #{newest}
          </span>
          <Causes step={step} />
          {step.advice && <p className="max-w-[80ch] text-sm">{adviceSentence(step.advice)}</p>}
        </div>
      </Td>
      <Td right>
        <span className="whitespace-nowrap">
          {ran} of {builds}
        </span>
        <Bar share={ran / builds} className="ml-auto w-12!" />
      </Td>
      <Td right className="whitespace-nowrap">
        {formatDuration(ms)}
      </Td>
      <Td right wide className="whitespace-nowrap">
        {alongMs === 0 ? '–' : formatDuration(alongMs)}
      </Td>
    </tr>
  );
}

const mostCauses = 3;

function Causes({ step: { causes } }: { step: MissedStep }) {
  return (
    <ul className="text-sm text-text-2">
      {causes.slice(0, mostCauses).map((counted) => (
        <li key={counted.cause} className="break-words">
          {counted.builds}× {causeWords(counted)}
        </li>
      ))}
    </ul>
  );
}
