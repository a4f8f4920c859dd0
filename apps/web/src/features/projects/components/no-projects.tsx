import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';
import { makeProjectCall } from '../model/make-project-call';

export function NoProjects() {
  return (
    <Empty
      title="No project was made yet."
      action={
        <Link href="/projects/new" className={buttonClass('primary')}>
          Make the first project
        </Link>
      }
      command={makeProjectCall}
    >
      <p>A project is a git repository whose pushes become signed images.</p>
    </Empty>
  );
}
