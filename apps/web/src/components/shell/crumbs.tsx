import { Link } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import type { PaletteScope } from '@/lib/palette/palette-store';
import { CrumbSwitch } from './crumb-switch';

export interface Crumb {
  readonly label: string;
  /** Missing for the page itself. */
  readonly href?: string;
}

/** Where one is. Project and build can be changed for another where they stand. */
export function Crumbs({ crumbs, path }: { crumbs: readonly Crumb[]; path: string }) {
  return (
    <nav aria-label="Place" className="flex min-w-0 flex-1 items-center gap-1.5">
      {crumbs.map((crumb, index) => (
        <CrumbItem
          key={`${index} ${crumb.label}`}
          crumb={crumb}
          slash={index === 0 ? 'none' : index < crumbs.length - 1 ? 'wide' : 'always'}
          inner={index < crumbs.length - 2}
          scope={scopeOf(path, index)}
        />
      ))}
    </nav>
  );
}

/** What may stand at this part of the breadcrumb, by the page's address: `/p/acme/api/b/128`. */
function scopeOf(path: string, index: number): PaletteScope | null {
  const [kind, organization, project, part] = path.split('?', 1)[0]!.split('/').slice(1);
  if (kind !== 'p' || project === undefined) return null;
  if (index === 1) return { kind: 'projects' };
  return index === 2 && part === 'b' ? { kind: 'builds', project: `${organization}/${project}` } : null;
}

interface CrumbItemProps {
  readonly crumb: Crumb;
  /** Whether a stroke stands before it; `wide` where that is so only beside a crumb that a phone leaves out. */
  readonly slash: 'none' | 'wide' | 'always';
  readonly inner: boolean;
  readonly scope: PaletteScope | null;
}

/** A phone has room for the last two. */
function CrumbItem({ crumb, slash, inner, scope }: CrumbItemProps) {
  return (
    <>
      {slash !== 'none' && (
        <span aria-hidden className={classes(slash === 'wide' && 'hidden sm:inline')}>
          /
        </span>
      )}
      {crumb.href ? (
        <Link
          href={crumb.href}
          data-place
          className={classes('min-w-0 truncate hover:text-text hover:underline', inner && 'hidden sm:inline')}
        >
          {visibleText(crumb.label)}
        </Link>
      ) : (
        <b aria-current="page" className="min-w-0 truncate font-semibold text-text">
          {visibleText(crumb.label)}
        </b>
      )}
      {scope && (
        <CrumbSwitch
          scope={scope}
          label={scope.kind === 'projects' ? 'Switch to another project' : 'Switch to another build'}
        />
      )}
    </>
  );
}
