import { send } from '@/lib/api/browser';
import type { ProblemView, Result } from '@/lib/api/problem';

/** Starts a session. The refusal is the same for a wrong password and for an address that nobody has. */
export async function signIn(email: string, password: string): Promise<Result<unknown>> {
  const result = await send('POST', '/auth/sign-in/email', { email, password });
  return result.ok ? result : { ok: false, problem: inOurWords(result.problem) };
}

function inOurWords(problem: ProblemView): ProblemView {
  if (problem.status === 429) {
    return { ...problem, title: 'Too many tries', detail: lockedUntil(problem), fields: [] };
  }
  if (problem.status >= 500) return problem;
  return {
    ...problem,
    title: 'These do not go together',
    detail: 'Check the mail address and the password.',
    requestId: '',
    fields: [],
  };
}

function lockedUntil({ retryAfterSeconds }: ProblemView): string {
  if (!retryAfterSeconds) return 'Wait a minute, then try again.';
  const until = new Date(Date.now() + retryAfterSeconds * 1000);
  return `You can try again at ${until.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })}.`;
}
