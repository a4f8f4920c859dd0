import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';

/** For a person who is in no organization, or has left the last one. */
export function NoOrganization({ mayCreate }: { mayCreate: boolean }) {
  if (!mayCreate)
    return (
      <Empty
        title="You are in no organization yet."
        action={
          <Link href="/account" className={buttonClass('primary')}>
            See your account
          </Link>
        }
        command={{ method: 'GET', path: '/me', asPerson: true }}
      >
        <p>Let an owner of one invite you, or ask an administrator of the installation to make one.</p>
      </Empty>
    );
  return (
    <Empty
      title="You are in no organization yet."
      action={
        <Link href="/settings" className={buttonClass('primary')}>
          Make an organization
        </Link>
      }
      command={{ method: 'POST', path: '/organizations', body: { name: 'Acme', slug: 'acme' }, asPerson: true }}
    >
      <p>Or let an owner of one invite you.</p>
    </Empty>
  );
}
