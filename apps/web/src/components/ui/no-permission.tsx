import { type Role, roleCovers } from '@cooperage/domain/predicates';
import { loadMe } from '@/features/account/api/load-me';
import { loadMembers } from '@/features/members/api/load-members';
import type { ProblemView } from '@/lib/api/problem';
import { visibleText } from '@/lib/format/names';

/** Not allowed: names the role that is needed, and who can give it. */
export async function NoPermission({ problem, what }: { problem: ProblemView; what: string }) {
  const askable = problem.neededRole === null ? [] : await whomToAsk(problem.neededRole);
  return (
    <div role="alert" className="grid gap-1.5 px-4 py-5">
      <p>
        <strong className="font-semibold">You don’t have permission to view {lowered(what)}.</strong>{' '}
        {problem.neededRole && (
          <>
            Required role: <b className="font-semibold">{problem.neededRole}</b>.
          </>
        )}
      </p>
      <p className="text-text-2">
        {problem.neededRole === null ? (
          (problem.detail ?? 'Ask an administrator of the installation for access.')
        ) : askable.length === 0 ? (
          'Ask an owner or admin of the organization for access.'
        ) : (
          <>
            Ask{' '}
            {askable.map(({ email, name, role }, index) => (
              <span key={email}>
                {index > 0 && ' or '}
                <b className="font-semibold text-text">{visibleText(name)}</b> ({role}, {visibleText(email)})
              </span>
            ))}
            .
          </>
        )}
      </p>
      {problem.requestId && (
        <p className="text-sm text-text-2">
          request <code>{problem.requestId}</code>
        </p>
      )}
    </div>
  );
}

/** `The builds` in the middle of a sentence. */
function lowered(what: string): string {
  return what.replace(/^(The|An?) /, (article) => article.toLowerCase());
}

/** Up to three who may change roles, from the first page of members of each organization where the own role falls short. */
async function whomToAsk(needed: Role) {
  const me = await loadMe();
  if (!me.ok) return [];
  const short = me.value.organizations.filter(({ role }) => !roleCovers(role, needed)).slice(0, 3);
  const pages = await Promise.all(short.map(({ organizationId }) => loadMembers(organizationId, null)));
  return pages
    .flatMap((page) => (page.ok ? page.value.items : []))
    .filter(({ role }) => role === 'owner' || role === 'admin')
    .slice(0, 3);
}
