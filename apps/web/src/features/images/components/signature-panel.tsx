import type { Signatures } from '@cooperage/contracts';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { classes } from '@/lib/classes';
import { shortCommit } from '@/lib/format/names';
import { loadSignatures } from '../api/load-images';
import { shortKey, verdictLooks } from '../model/verdict';
import { CheckList } from './check-row';
import { VerifyNow } from './verify-now';

interface PanelProps {
  readonly projectId: string;
  readonly digest: string;
  readonly commit: string | null;
}

/** What a verification found, in one line, and check by check. */
export async function SignaturePanel({ projectId, digest, commit }: PanelProps) {
  const signatures = await loadSignatures(projectId, digest);
  if (!signatures.ok) return <ProblemPanel problem={signatures.problem} what="The verification" />;
  const { state, checks, lastKnown } = signatures.value;
  const look = verdictLooks[state];
  return (
    <div className="grid gap-3 p-3">
      <div className={classes('flex flex-wrap items-center justify-between gap-2 rounded border px-3 py-2', look.tone)}>
        <div className="min-w-0 flex-1 basis-60">
          <p className="font-semibold">
            <span aria-hidden>{look.sign}</span> {look.words}
            <span className="font-normal text-text-2">
              <Detail signatures={signatures.value} commit={commit} />
            </span>
          </p>
          {state !== 'verified' && <p className="text-sm text-text">{look.meaning}</p>}
          {lastKnown && (
            <p className="text-sm text-text">
              Last known: {verdictLooks[lastKnown.state].words.toLowerCase()}, <Moment at={lastKnown.at} flowing />.
            </p>
          )}
        </div>
        <VerifyNow projectId={projectId} digest={digest} />
      </div>
      <CheckList checks={checks} />
    </div>
  );
}

/** `by key 1a2b3c4d, built here from 0123abc · 12 of 12 checks passed · checked 2 min ago` */
function Detail({ signatures, commit }: { signatures: Signatures; commit: string | null }) {
  const { state, checks, checkedAt, keyId } = signatures;
  const counted = checks.filter((check) => check.required);
  const passed = counted.filter((check) => check.ok).length;
  return (
    <>
      {state === 'verified' && keyId && ` by key ${shortKey(keyId)} of this project`}
      {state === 'verified' && commit && `, built here from ${shortCommit(commit)}`}
      {counted.length > 0 && ` · ${passed} of ${counted.length} checks passed`}
      {checkedAt && (
        <>
          {' · checked '}
          <Moment at={checkedAt} flowing />
        </>
      )}
    </>
  );
}
