import { CopyLine } from '@/components/ui/copy-line';
import { ProblemPanel } from '@/components/ui/states';
import { loadSignatures } from '@/features/images/api/load-images';
import { visibleText } from '@/lib/format/names';

/** What the newest verification found, check by check, and the commands with which anyone pulls and verifies the image. */
export async function OutcomeCommands({ projectId, digest }: { projectId: string; digest: string }) {
  const signatures = await loadSignatures(projectId, digest);
  if (!signatures.ok) return <ProblemPanel problem={signatures.problem} what="The signatures" />;
  const { checks, commands } = signatures.value;
  return (
    <div className="grid gap-3 border-t border-line px-3 py-2.5">
      {checks.length > 0 && (
        <ul aria-label="Checks" className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {checks.map((check) => (
            <li key={check.id} className={check.ok ? 'text-trust' : check.required ? 'text-bad' : 'text-text-2'}>
              <span aria-hidden>{check.ok ? '◆' : '◇'}</span> {visibleText(check.title)}
              {!check.ok && ', not met'}
            </li>
          ))}
        </ul>
      )}
      {commands.map((command) => (
        <div key={command.title} className="grid gap-1">
          <span className="text-xs text-text-2">{command.title}</span>
          <CopyLine text={command.text} what={command.title} />
        </div>
      ))}
    </div>
  );
}
