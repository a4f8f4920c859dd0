import type { Check, Signatures } from '@cooperage/contracts';
import { CopyLine } from '@/components/ui/copy-line';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { loadSignatures } from '../api/load-images';
import { VerifyNow } from './verify-now';

const verdicts: Readonly<Record<Signatures['state'], { words: string; tone: string; sign: string }>> = {
  verified: { words: 'Signed and verified', tone: 'border-trust bg-trust-bg text-trust', sign: '◆' },
  refused: { words: 'The signatures do not verify', tone: 'border-bad bg-bad-bg text-bad', sign: '◇' },
  unsigned: { words: 'Not signed', tone: 'border-bad bg-bad-bg text-bad', sign: '◇' },
  unchecked: { words: 'Not checked yet', tone: 'border-wait bg-wait-bg text-wait', sign: '◇' },
};

/** What a verification found, check by check, and how to repeat it without us. */
export async function SignaturePanel({ projectId, digest }: { projectId: string; digest: string }) {
  const signatures = await loadSignatures(projectId, digest);
  if (!signatures.ok) return <ProblemPanel problem={signatures.problem} what="The verification" />;
  const { state, checks, checkedAt, commands, publicKeyUrl } = signatures.value;
  const verdict = verdicts[state];
  const counted = checks.filter((check) => check.required);
  const passed = counted.filter((check) => check.ok).length;
  return (
    <div className="grid gap-3 p-3">
      <div
        className={classes('flex flex-wrap items-center justify-between gap-2 rounded border px-3 py-2', verdict.tone)}
      >
        <p className="min-w-0 flex-1 basis-52 font-semibold">
          <span aria-hidden>{verdict.sign}</span> {verdict.words}
          <span className="font-normal text-text-2">
            {counted.length > 0 && ` · ${passed} of ${counted.length} checks passed`}
            {checkedAt && (
              <>
                {' · '}
                <Moment at={checkedAt} />
              </>
            )}
          </span>
        </p>
        <VerifyNow projectId={projectId} digest={digest} />
      </div>
      <ul className="divide-y divide-line rounded border border-line">
        {checks.map((check) => (
          <CheckRow key={check.id} check={check} />
        ))}
      </ul>
      {commands.length > 0 && (
        <div className="grid gap-2">
          <h3 className="text-xs font-semibold text-text-2">Check it yourself, with stock cosign</h3>
          {commands.map((command) => (
            <div key={command.title} className="grid gap-1">
              <p className="text-sm text-text-2">{command.title}</p>
              <CopyLine text={command.text} what={command.title} />
            </div>
          ))}
          {publicKeyUrl && (
            <p className="text-sm text-text-2">
              Public key: <code className="break-all">{publicKeyUrl}</code>
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** A check that is not required only tells something; it is never red. */
function CheckRow({ check }: { check: Check }) {
  const bad = !check.ok && check.required;
  return (
    <li>
      <details open={bad}>
        <summary className="flex items-baseline gap-2 px-3 py-1.5">
          <span className={check.ok ? 'text-trust' : bad ? 'font-semibold text-bad' : 'text-text-3'}>
            <span aria-hidden>{check.ok ? '✓' : bad ? '✕' : '–'}</span>
            <span className="sr-only">{check.ok ? 'passed: ' : bad ? 'failed: ' : 'not there: '}</span>
          </span>
          <span className={bad ? 'font-semibold text-bad' : ''}>{visibleText(check.title)}</span>
          {!check.required && <span className="text-xs text-text-3">not required</span>}
        </summary>
        <dl className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 gap-y-1 px-3 pb-2 pl-8 text-sm">
          <dt className="text-text-2">Expected</dt>
          <dd>
            <code className="break-all">{visibleText(check.expected)}</code>
          </dd>
          <dt className="text-text-2">Found</dt>
          <dd>
            <code className={classes('break-all', bad && 'text-bad')}>{visibleText(check.found)}</code>
          </dd>
          {check.evidence && (
            <>
              <dt className="text-text-2">Evidence</dt>
              <dd>
                <code className="break-all">{visibleText(check.evidence)}</code>
              </dd>
            </>
          )}
        </dl>
      </details>
    </li>
  );
}
