import { Link, textLinkClass } from '@/components/ui/link';
import { leftWords } from '../model/shown-steps';

/** Below a list of very many steps. */
export function StepsLeft({ left }: { left: number }) {
  if (left === 0) return null;
  return (
    <p className="border-t border-line px-3 py-2 text-sm text-wait">
      {leftWords(left)}{' '}
      <Link href="/reference" className={textLinkClass}>
        API reference
      </Link>
    </p>
  );
}
