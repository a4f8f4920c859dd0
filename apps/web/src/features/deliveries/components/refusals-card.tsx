import type { RefusalView } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { loadRefusals } from '../api/load-deliveries';
import { refusalWords } from '../model/outcomes';

/** Calls that did not prove where they came from. Nothing of what they said was believed. */
export async function RefusalsCard({ projectId }: { projectId?: string }) {
  const refusals = await loadRefusals(projectId);
  if (!refusals.ok) {
    return (
      <Card title="Refused calls">
        <ProblemPanel problem={refusals.problem} what="The refused calls" />
      </Card>
    );
  }
  if (refusals.value.items.length === 0) return null;
  return (
    <Card title="Refused calls" aside="the newest hundred are kept">
      <ul className="max-h-96 divide-y divide-line overflow-auto">
        {refusals.value.items.map((refusal) => (
          <RefusalRow key={refusal.id} refusal={refusal} named={projectId === undefined} />
        ))}
      </ul>
    </Card>
  );
}

function RefusalRow({ refusal, named }: { refusal: RefusalView; named: boolean }) {
  const project = { organizationSlug: refusal.organizationSlug, slug: refusal.projectSlug };
  return (
    <li className="grid gap-0.5 px-3 py-1.5 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-4">
        <Moment at={refusal.receivedAt} />
        <code className="text-bad">{refusal.code}</code>
        <span>{refusal.forge ?? 'unknown sender'}</span>
        <code className="text-text-2">{visibleText(refusal.address)}</code>
        {named && (
          <Link href={`${projectPath(project)}/deliveries`} className={textLinkClass}>
            {visibleText(refusal.projectSlug)}
          </Link>
        )}
      </p>
      <p className="text-text-2">
        {refusalWords(refusal.code)}
        {refusal.code === 'signature_invalid' && <SecretsTried secrets={refusal.secretsTried} />}
      </p>
    </li>
  );
}

/** Which generation of the secret the sender did not have: several are valid while one replaces another. */
function SecretsTried({ secrets }: { secrets: RefusalView['secretsTried'] }) {
  if (secrets.length === 0) return ': the project has none';
  return (
    <>
      ; tried:{' '}
      {secrets.map(({ prefix, createdAt }, at) => (
        <span key={`${prefix} ${createdAt}`}>
          {at > 0 && ', '}
          <code>{visibleText(prefix)}…</code> of <Moment at={createdAt} flowing />
        </span>
      ))}
    </>
  );
}
