import { unavailableMark } from './unavailable';

type Fetch = typeof fetch;

export interface SteadyPorts {
  /** Resolves as soon as the service answers. */
  whenThere(): Promise<void>;
  /** Whether a request of the router is for the page that is shown. */
  isShown(url: URL): boolean;
}

/** A page that fails again although the service is there is broken itself, and may say so. */
const mostTries = 3;

/**
 * The framework's router leaves the page for good when the server answers one of its own requests with an error, and it
 * replaces what was shown by whatever it is given. So a request of the router that meets a dead line or a process that is
 * just ending, or a refresh that would only say that there is nothing to show, waits here until the service is there.
 */
export function steadyFetch(real: Fetch, ports: SteadyPorts): Fetch {
  return async (input, init) => {
    if (!isOfRouter(init)) return real(input, init);
    const shown = ports.isShown(new URL(input instanceof Request ? input.url : input));
    for (let tries = 1; ; tries++) {
      const response = await real(input, init).catch((error: unknown) => unlessAborted(init, error));
      if (response && (tries >= mostTries || !(await isAway(response, shown)))) return response;
      await ports.whenThere();
    }
  };
}

/** A line that is dead, or a request that nobody wants any more. */
function unlessAborted(init: RequestInit | undefined, error: unknown): null {
  if (init?.signal?.aborted) throw error;
  return null;
}

function isOfRouter(init: RequestInit | undefined): boolean {
  return init?.method === undefined && new Headers(init?.headers).get('rsc') === '1';
}

async function isAway(response: Response, shown: boolean): Promise<boolean> {
  if (response.status >= 500) return true;
  return shown && response.ok && (await response.clone().text()).includes(unavailableMark);
}
