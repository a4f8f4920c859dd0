import { Link, textLinkClass } from '@/components/ui/link';
import { projectPath } from '@/lib/address/paths';
import { shortCommit, visibleText } from '@/lib/format/names';
import type { loadSilences } from '../api/load-deliveries';
import { silenceSentence } from '../model/outcomes';

export interface SilenceNoteProps {
  readonly silences: Awaited<ReturnType<typeof loadSilences>>;
  /** Whether each says of which project it is. */
  readonly named?: boolean;
}

/**
 * Webhooks that should have said something. A list that cannot be read is no alarm. It stands above the deliveries, so it
 * comes with them: later it would move them.
 */
export function SilenceNote({ silences, named = false }: SilenceNoteProps) {
  if (!silences.ok || silences.value.items.length === 0) return null;
  return (
    <ul className="grid gap-2">
      {silences.value.items.map((silence) => {
        const project = { organizationSlug: silence.organizationSlug, slug: silence.projectSlug };
        return (
          <li key={silence.projectId} role="alert" className="rounded border border-wait bg-wait-bg px-3 py-2">
            <p>
              <b className="font-semibold text-wait">{visibleText(silenceSentence(silence))}</b>{' '}
              {named && (
                <Link href={`${projectPath(project)}/deliveries`} className={textLinkClass}>
                  {visibleText(`${silence.organizationSlug}/${silence.projectSlug}`)}
                </Link>
              )}
            </p>
            <p className="mt-1 text-sm text-text-2">
              The git host has <code>{shortCommit(silence.commit)}</code>; the newest that was looked at is{' '}
              <code>{shortCommit(silence.evaluatedCommit)}</code>. See at the git host whether the webhook is still
              there and what it was answered;{' '}
              <Link href={`${projectPath(project)}/settings#hooks`} className={textLinkClass}>
                address and secrets
              </Link>{' '}
              are in the settings.
            </p>
          </li>
        );
      })}
    </ul>
  );
}
