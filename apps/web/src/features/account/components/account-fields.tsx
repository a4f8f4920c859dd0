import type { ComponentProps } from 'react';
import { TextField } from '@/components/ui/field';

// Each field of an account in one place: what it accepts, and what browsers and password stores take it for.
type FieldProps = Partial<ComponentProps<typeof TextField>>;

export function EmailField(props: FieldProps) {
  return <TextField label="Mail address" name="email" type="email" autoComplete="username" required {...props} />;
}

export function PersonNameField(props: FieldProps) {
  return <TextField label="Your name" name="name" autoComplete="name" required maxLength={120} {...props} />;
}

export function CurrentPasswordField(props: FieldProps) {
  return (
    <TextField label="Password" name="password" type="password" autoComplete="current-password" required {...props} />
  );
}

/** @param also what happens besides, as a sentence */
export function NewPasswordField({ also, ...props }: FieldProps & { also?: string }) {
  return (
    <TextField
      label="Password"
      name="password"
      type="password"
      autoComplete="new-password"
      required
      minLength={12}
      maxLength={200}
      hint={['At least 12 characters.', also].filter(Boolean).join(' ')}
      {...props}
    />
  );
}

/** Tells password stores whose password is set, where nobody is asked for the address. */
export function PasswordOwner({ email }: { email: string }) {
  return <input type="hidden" name="username" autoComplete="username" value={email} readOnly />;
}
