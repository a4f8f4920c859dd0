import { LauncherError } from '../output.ts';
import type { Instance } from '../parts/instance.ts';
import { requireOwnListener } from '../processes/listeners.ts';

const ANSWER_WITHIN_MS = 30_000;

/** An answer that is none of success, in the words of the service (RFC 9457). */
export class ApiRefusal extends LauncherError {
  readonly status: number;

  constructor(call: string, status: number, text: string) {
    super(`${call} was answered ${status}: ${problemText(text)}`);
    this.status = status;
  }
}

export type Credentials = { readonly token: string } | { readonly cookie: string };

/**
 * The REST interface, as a person or a program uses it. Every method throws `ApiRefusal`, TypeError without an answer, or what
 * `requireOwn` throws.
 */
export class Api {
  private readonly origin: string;
  private readonly requireOwn: () => void;
  private readonly credentials: Credentials | undefined;

  /** @param requireOwn called before anything is sent: throws where it is not our own service that would get it */
  constructor(origin: string, requireOwn: () => void, credentials?: Credentials) {
    this.origin = origin;
    this.requireOwn = requireOwn;
    this.credentials = credentials;
  }

  with(credentials: Credentials): Api {
    return new Api(this.origin, this.requireOwn, credentials);
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.send('GET', path)).json()) as T;
  }

  /** @returns undefined where there is no such thing, or none that the caller may see. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async text(path: string): Promise<string> {
    return (await this.send('GET', path)).text();
  }

  async post<T>(path: string, body: object): Promise<T> {
    return (await (await this.send('POST', path, body)).json()) as T;
  }

  async patch(path: string, body: object): Promise<void> {
    await this.send('PATCH', path, body);
  }

  /** Signs in as a person does. */
  async signIn(email: string, password: string): Promise<Credentials> {
    const answer = await this.send('POST', '/api/auth/sign-in/email', { email, password });
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    return { cookie: cookies.join('; ') };
  }

  private async send(method: string, path: string, body?: object): Promise<Response> {
    const { origin, credentials } = this;
    this.requireOwn();
    const answer = await fetch(origin + path, {
      method,
      headers: {
        origin,
        ...(body && { 'content-type': 'application/json' }),
        ...(credentials && 'token' in credentials && { authorization: `Bearer ${credentials.token}` }),
        ...(credentials && 'cookie' in credentials && { cookie: credentials.cookie }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (!answer.ok) throw new ApiRefusal(`${method} ${path}`, answer.status, await answer.text());
    return answer;
  }
}

function problemText(text: string): string {
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string; errors?: unknown };
    return [problem.title, problem.detail, problem.errors && JSON.stringify(problem.errors)].filter(Boolean).join(' ');
  } catch {
    return text.slice(0, 300);
  }
}

/** The API of an instance, at an address of 127.0.0.1. Only the process that this instance has started is ever called. */
export function ownApi(instance: Instance, origin: string): Api {
  return new Api(origin, () => requireOwnListener('the API', instance.pidFile('api'), origin));
}
