import { firstSignIn } from '../first-push/account.ts';
import type { SampleOutcome } from '../first-push/sample.ts';
import type { PushCredentials } from '../git-host/credentials.ts';
import type { SecretBook } from '../parts/secret-book.ts';

export interface WelcomePlace {
  readonly publicUrl: string;
  readonly secrets: SecretBook;
  readonly gitCredentials: PushCredentials;
}

/** What a person wants to know once everything runs. */
export function welcomeLines({ publicUrl, secrets, gitCredentials }: WelcomePlace, outcome: SampleOutcome): string[] {
  const signIn = outcome.isSignedIn ? signInText(secrets) : 'the account that was made in this installation';
  const lines = ['', `  dashboard  ${publicUrl}`, `  sign-in    ${signIn}`];
  if (outcome.cloneAddress)
    lines.push(`  clone      git clone ${outcome.cloneAddress}`, `  push       ${pushText(gitCredentials)}`);
  lines.push(`  image      ${outcome.image?.image ?? 'none yet that anybody may pull'}`, '');
  return lines;
}

function signInText(secrets: SecretBook): string {
  const { email, password } = firstSignIn(secrets);
  return `${email}  ${password}`;
}

/** See docs/adr/0006-the-local-git-host-knows-its-own-user.md. */
function pushText({ user, password }: PushCredentials): string {
  return process.platform === 'linux'
    ? 'git push, without a password as long as you are the user who started this'
    : `git push, as ${user} with the password ${password}`;
}
