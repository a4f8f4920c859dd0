import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { CopyLine } from '@/components/ui/copy-line';
import { OutsideLink } from '@/components/ui/link';
import { loadSignatures } from '../api/load-images';

/** Commands for this very digest, and files by which other tools demand the same signature. */
export async function CommandsCard({ projectId, digest }: { projectId: string; digest: string }) {
  const signatures = await loadSignatures(projectId, digest);
  if (!signatures.ok) return null;
  const { commands, snippets, publicKeyUrl } = signatures.value;
  return (
    <Card title="Commands">
      <div className="grid gap-2 p-3">
        {commands.map((command) => (
          <div key={command.title} className="grid gap-1">
            <h3 className="text-sm text-text-2">{command.title}</h3>
            <CopyLine text={command.text} what={`command: ${command.title}`} />
          </div>
        ))}
        {publicKeyUrl && (
          <p className="text-sm break-all text-text-2">
            Public key, always at this address: <OutsideLink href={publicKeyUrl}>{publicKeyUrl}</OutsideLink>
          </p>
        )}
      </div>
      {snippets.length > 0 && (
        <div className="border-t border-line">
          <h3 className="px-3 pt-2 text-xs font-semibold text-text-2">Let other tools demand the same</h3>
          <ul className="divide-y divide-line">
            {snippets.map((snippet) => (
              <li key={snippet.fileName}>
                <details>
                  <summary className="px-3 py-1.5">
                    {snippet.tool} <code className="text-text-3">{snippet.fileName}</code>
                  </summary>
                  <div className="grid gap-1 px-3 pb-3">
                    <ul className="list-disc pl-5 text-sm text-text-2">
                      {snippet.notes.map((note) => (
                        <li key={note}>{note}</li>
                      ))}
                    </ul>
                    <pre className="max-h-80 overflow-auto rounded border border-line bg-sunken p-2.5">
                      {snippet.text}
                    </pre>
                    <p>
                      <CopyButton text={snippet.text} what={snippet.fileName} look="plain" />
                    </p>
                  </div>
                </details>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
