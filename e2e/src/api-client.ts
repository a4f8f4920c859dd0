import type { Build, CreateProject, DeliveryView, Page, Project } from '@cooperage/contracts';

/** A person or a machine that speaks to the API. */
export class ApiClient {
  private cookie = '';

  constructor(
    readonly origin: string,
    private readonly token: string | null = null,
  ) {}

  async signIn(email: string, password: string): Promise<void> {
    const answer = await this.send('POST', '/api/auth/sign-in/email', { email, password });
    if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
    this.cookie = answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
  }

  /** The session's cookie, as a browser or a socket would send it. */
  get cookies(): string {
    return this.cookie;
  }

  send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.origin + path, {
      method,
      headers: {
        origin: this.origin,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.cookie && { cookie: this.cookie }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** @throws {Error} with the problem's text when the answer is none of success */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.send(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  createProject(project: Partial<CreateProject> & Pick<CreateProject, 'organizationId' | 'slug' | 'remoteUrl'>) {
    return this.json<{ project: Project; hookSecret: { secret: string } }>('POST', '/api/v1/projects', {
      name: project.slug,
      ...project,
    });
  }

  builds(projectId: string): Promise<Page<Build>> {
    return this.json('GET', `/api/v1/builds?project=${projectId}`);
  }

  build(id: string): Promise<Build> {
    return this.json('GET', `/api/v1/builds/${id}`);
  }

  deliveries(projectId: string): Promise<Page<DeliveryView>> {
    return this.json('GET', `/api/v1/projects/${projectId}/deliveries`);
  }
}
