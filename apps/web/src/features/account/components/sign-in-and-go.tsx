'use client';

import { SignInForm } from './sign-in-form';

/** Signs in and goes where the person wanted to go: a whole new document, so that nothing made without the session stays. */
export function SignInAndGo({ next, isSecond }: { next: string; isSecond: boolean }) {
  return <SignInForm isSecond={isSecond} onSignedIn={() => window.location.assign(next)} />;
}
