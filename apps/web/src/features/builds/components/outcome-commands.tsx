import type { Signatures } from '@cooperage/contracts';
import { CopyLine } from '@/components/ui/copy-line';
import { ProblemPanel } from '@/components/ui/states';
import { loadSignatures } from '@/features/images/api/load-images';
import { visibleText } from '@/lib/format/names';

/** What the newest verification found, check by check, and the commands with which anyone pulls and verifies the image. */
export async function OutcomeCommands({ projectId, digest }: { projectId: string; digest: string }) {
  const signatures = await loadSignatures(projectId, digest);
  if (!signatures.ok) return <ProblemPanel problem={signatures.problem} what="The signatures" />;
  const { checks, commands } = signatures.value;
  const [pull, verify, ...others] = commands;
  return (
    <div className="grid gap-2 border-t border-line px-3 py-2.5">
      {checks.length > 0 && <Checks checks={checks} />}
      {pull && <Command command={pull} />}
      {verify && <Command command={verify} />}
      {others.length > 0 && (
        <details>
          <summary className={summaryClass}>Verify and inspect it further</summary>
          <div className="mt-1 grid gap-3">
            {others.map((command) => (
              <Command key={command.title} command={command} />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

const summaryClass = 'min-h-7 cursor-pointer py-0.5 text-sm text-text-2 hover:text-text';

/** Folded while all of them hold: then their number says enough. */
function Checks({ checks }: { checks: Signatures['checks'] }) {
  const held = checks.filter(({ ok }) => ok).length;
  return (
    <details open={held < checks.length}>
      <summary className={summaryClass}>
        <span className={held === checks.length ? 'text-trust' : 'text-bad'}>
          {held} of {checks.length} checks passed
        </span>
      </summary>
      <ul aria-label="Checks" className="mt-1 grid gap-1 text-sm">
        {checks.map((check) => (
          <li key={check.id} className={check.ok ? 'text-trust' : check.required ? 'text-bad' : 'text-text-2'}>
            <span aria-hidden>{check.ok ? '◆' : '◇'}</span> {visibleText(check.title)}
            {!check.ok && ', not met'}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Command({ command }: { command: Signatures['commands'][number] }) {
  return (
    <div className="grid gap-1">
      <span className="text-xs text-text-2">{command.title}</span>
      <CopyLine text={command.text} what={command.title} />
    </div>
  );
}
