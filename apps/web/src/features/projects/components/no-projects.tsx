import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';

export function NoProjects() {
  return (
    <Empty title="No project yet">
      <p>A project is a git repository whose pushes become signed images.</p>
      <p>
        <Link href="/projects/new" className={buttonClass('primary')}>
          Make the first project
        </Link>
      </p>
    </Empty>
  );
}
