import { LauncherError } from '../output.ts';

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

/** The REST interface, as a person or a program uses it. Every method throws `ApiRefusal`, or TypeError without an answer. */
export class Api {
  private readonly origin: string;
  private readonly credentials: Credentials | undefined;

  constructor(origin: string, credentials?: Credentials) {
    this.origin = origin;
    this.credentials = credentials;
  }

  with(credentials: Credentials): Api {
    return new Api(this.origin, credentials);
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
