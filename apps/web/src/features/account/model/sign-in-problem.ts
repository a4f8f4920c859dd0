/** Why a sign-in by the provider came back without a session, in words; null for what is no reason. */
export function signInProblem(reason: string | null, provider: string): string | null {
  switch (reason) {
    case 'provider_down':
      return `${provider} does not answer now. Use your password, or try it again later.`;
    case 'not_allowed':
      return `${provider} knows you, and you are in none of the groups that may come in here.`;
    case 'email_not_verified':
      return `${provider} has not verified your mail address, so it cannot be told whose account this is.`;
    case 'setup_needed':
      return 'This installation is not set up yet. Its first administrator has to be made first.';
    case 'too_many':
      return 'There were too many tries from your network. Wait some minutes.';
    case 'refused':
      return `The answer of ${provider} did not hold, or it came too late. Try it again.`;
    default:
      return null;
  }
}
