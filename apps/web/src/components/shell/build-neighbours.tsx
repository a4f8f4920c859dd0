import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { loadNewest } from '@/features/builds/api/load-builds';
import { loadProject } from '@/features/projects/api/load-project';
import { projectPath } from '@/lib/address/paths';

const buildPage = /^\/p\/([^/]+)\/([^/]+)\/b\/([1-9]\d{0,8})(?:$|\?)/;

/** On a build's page: the one before and the one after it in its project, by `[` and `]`. */
export async function BuildNeighbours({ path }: { path: string }) {
  const [, org = '', project = '', digits] = buildPage.exec(path) ?? [];
  if (digits === undefined) return null;
  const found = await loadProject({ org, project });
  if (!found.ok) return null;
  const newest = await loadNewest(found.value.id);
  const number = Number(digits);
  const last = newest.ok ? (newest.value.items[0]?.number ?? number) : number;
  const home = projectPath(found.value);
  return (
    <span className="hidden sm:flex">
      {number > 1 && <Neighbour href={`${home}/b/${number - 1}`} shortcut="[" label="Previous build" sign="‹" />}
      {number < last && <Neighbour href={`${home}/b/${number + 1}`} shortcut="]" label="Next build" sign="›" />}
    </span>
  );
}

interface NeighbourProps {
  readonly href: string;
  readonly shortcut: string;
  readonly label: string;
  readonly sign: string;
}

function Neighbour({ href, shortcut, label, sign }: NeighbourProps) {
  return (
    <Link
      href={href}
      data-key={shortcut}
      aria-label={label}
      title={`${label}, key ${shortcut}`}
      className={buttonClass('quiet', 'min-h-7! min-w-[24px] px-2! text-lg leading-none')}
    >
      <span aria-hidden>{sign}</span>
    </Link>
  );
}
