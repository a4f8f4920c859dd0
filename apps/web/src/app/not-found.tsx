import { Lost } from '@/components/shell/lost';

export default function NotFound() {
  return (
    <Lost title="There is nothing at this address">
      It does not exist, or it is not yours to see; the answer is the same for both. Check the address, or go back to
      what you know.
    </Lost>
  );
}
