import type { Build } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { OutsideLink } from '@/components/ui/link';
import { visibleText } from '@/lib/format/names';

/** What the builder would write differently. None of it stops a build. */
export function WarningsCard({ warnings }: { warnings: Build['warnings'] }) {
  if (warnings.length === 0) return null;
  return (
    <Card title="Notes of the builder" aside={<span className="tabular-nums">{warnings.length}</span>}>
      <ul className="divide-y divide-line">
        {warnings.map((warning, index) => (
          <li key={`${index} ${warning.rule}`} className="px-3 py-2">
            <span className="font-medium">
              {warning.url ? (
                <OutsideLink href={warning.url}>{visibleText(warning.rule)}</OutsideLink>
              ) : (
                visibleText(warning.rule)
              )}
            </span>
            {warning.file && warning.line !== null && (
              <code className="ml-2 text-text-2">
                {visibleText(warning.file)}:{warning.line}
              </code>
            )}
            <div className="text-text-2">{visibleText(warning.message)}</div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
