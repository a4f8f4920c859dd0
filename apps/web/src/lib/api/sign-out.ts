import { tabSession } from '../session/tab-session';
import { send } from './browser';

/** Ends the session. @returns whether it ended; the page is left then, with all that the session had in memory. */
export async function signOut(): Promise<boolean> {
  tabSession.leave();
  const result = await send('POST', '/auth/sign-out', {});
  if (result.ok) window.location.assign('/sign-in');
  return result.ok;
}
