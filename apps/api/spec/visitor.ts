import type { Problem } from '@cooperage/contracts';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON. */
  readonly body: T;
}

/** Somebody with an HTTP client: a browser with its cookies, or a program with a token. */
export class Visitor {
  private cookies = new Map<string, string>();

  constructor(
    readonly origin: string,
    private readonly token?: string,
  ) {}

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get<T = never>(path: string, headers: Record<string, string> = {}) {
    return this.ask<T>('GET', path, undefined, headers);
  }

  post<T = never>(path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.ask<T>('POST', path, body, headers);
  }

  async ask<T = never>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.cookies.size > 0 && { cookie: this.cookie, origin: this.origin }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) as T };
  }

  async signIn(email: string, password: string): Promise<this> {
    const answer = await this.post('/api/auth/sign-in/email', { email, password });
    if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
    return this;
  }

  private keep(line: string): void {
    const [pair = ''] = line.split(';', 1);
    const [name = '', ...value] = pair.split('=');
    if (/max-age=0/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value.join('='));
  }
}

/** @throws {Error} with what came instead, when the status is another. */
export function expectOk<T>(answer: Answer<T>, status = 200): T {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer.body;
}

export function problemOf(answer: Answer<unknown>): Problem {
  return answer.body as Problem;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
