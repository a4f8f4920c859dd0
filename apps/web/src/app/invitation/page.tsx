import type { Metadata } from 'next';
import { loadMeOptional } from '@/features/account/api/load-me';
import { FrontDoor } from '@/features/account/components/front-door';
import { Invitation } from '@/features/members/components/invitation';

export const metadata: Metadata = { title: 'Invitation' };

export default async function InvitationPage() {
  const me = await loadMeOptional();
  return (
    <FrontDoor title="Invitation" lead={null}>
      <Invitation signedInAs={me.ok ? me.value.email : null} />
    </FrontDoor>
  );
}
