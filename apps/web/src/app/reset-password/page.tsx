import type { Metadata } from 'next';
import { FrontDoor } from '@/features/account/components/front-door';
import { ResetForm } from '@/features/account/components/reset-form';

export const metadata: Metadata = { title: 'New password' };

export default function ResetPasswordPage() {
  return (
    <FrontDoor title="Set a new password" lead={null}>
      <ResetForm />
    </FrontDoor>
  );
}
