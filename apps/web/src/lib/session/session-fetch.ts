type Fetch = typeof fetch;

export interface SessionPorts {
  /** Somebody was refused. Resolves to whether to ask once more. */
  refused(): Promise<boolean>;
  /** Whether a request of the router is for the page that is shown. */
  isShown(url: URL): boolean;
}

/**
 * Sees on every call of this tab that the session is over: a refusal of the API, and the router's own request for the page
 * that is shown, which would replace the page by the one for signing in. Such a call waits until somebody has signed in,
 * and is made once more: what was refused has changed nothing.
 */
export function sessionFetch(real: Fetch, ports: SessionPorts): Fetch {
  return async (input, init) => {
    const response = await real(input, init);
    const url = new URL(input instanceof Request ? input.url : input, window.location.href);
    const isOver = isOfApi(url) ? response.status === 401 : await leadsToSignIn(response, url, init, ports);
    return isOver && (await ports.refused()) ? real(input, init) : response;
  };
}

/** Under `/api/auth` a refusal says that a password is wrong. The page's own question after the session must not wait. */
function isOfApi({ pathname }: URL): boolean {
  return pathname.startsWith('/api/v1/') && pathname !== '/api/v1/me';
}

async function leadsToSignIn(
  response: Response,
  url: URL,
  init: RequestInit | undefined,
  ports: SessionPorts,
): Promise<boolean> {
  const isOfRouter = new Headers(init?.headers).get('rsc') === '1';
  if (!isOfRouter || !response.ok || !ports.isShown(url)) return false;
  if (response.redirected && new URL(response.url).pathname === '/sign-in') return true;
  // How the framework says in the middle of a page that it leads elsewhere. Strangers' text comes with its quotes escaped.
  return /"digest":"NEXT_REDIRECT;[a-z]+;\/sign-in/.test(await response.clone().text());
}
