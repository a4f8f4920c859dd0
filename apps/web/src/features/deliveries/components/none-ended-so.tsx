import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';

/** The ledger is narrowed to an outcome that no delivery had. @param address of all, below `/api/v1` */
export function NoneEndedSo({ path, address }: { path: string; address: string }) {
  return (
    <Empty
      title="No delivery ended so."
      action={
        <Link href={path} className={buttonClass('primary')}>
          Show all deliveries
        </Link>
      }
      command={{ path: address }}
    />
  );
}
