import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';

/** What stands at a path of a commit. A string or bytes is a plain file. */
export type GitContent =
  | string
  | Uint8Array
  | { readonly executable: string }
  | { readonly symlink: string }
  | { readonly submodule: string };

export interface CommitOptions {
  /** Full ref; `refs/heads/main` by default. */
  readonly ref?: string;
  readonly message?: string;
  /** As git writes it: `Name <email>`. */
  readonly author?: string;
  /** Seconds since 1970. */
  readonly atSeconds?: number;
  /** Commit ids; by default the ref's commit, if there is one. */
  readonly parents?: readonly string[];
}

/** A real bare repository whose commits tests write without a work tree. Names and texts reach git unchanged. */
export class TestGitRepository {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(path: string): Promise<TestGitRepository> {
    await mkdir(path, { recursive: true });
    const repository = new TestGitRepository(path);
    await repository.git(['init', '--quiet', '--bare', '--initial-branch=main', '--template=']);
    return repository;
  }

  /** Commits exactly these files (nothing of the parent stays). @returns the commit's id. */
  async commit(files: Readonly<Record<string, GitContent>>, options: CommitOptions = {}): Promise<string> {
    const { ref = 'refs/heads/main', message = 'A change', author = 'Test Author <test@example.invalid>' } = options;
    const when = `${options.atSeconds ?? 1_700_000_000} +0000`;
    const parents = options.parents ?? (await this.#parentOf(ref));
    const parts: Uint8Array[] = [
      line(`commit ${ref}`),
      line('mark :1'),
      line(`author ${author} ${when}`),
      line(`committer ${author} ${when}`),
      ...data(message),
      ...parents.map((parent, index) => line(`${index === 0 ? 'from' : 'merge'} ${parent}`)),
      line('deleteall'),
      ...Object.entries(files).flatMap(([path, content]) => change(path, content)),
      line(''),
      line('get-mark :1'),
      line('done'),
    ];
    const output = await this.git(['fast-import', '--quiet', '--done', '--force'], Buffer.concat(parts));
    return output.trim();
  }

  /** Runs git on this repository with nobody's configuration. @throws {Error} with git's words when it fails. */
  async git(args: readonly string[], input?: Uint8Array): Promise<string> {
    const env = {
      PATH: process.env.PATH ?? '',
      GIT_DIR: this.path,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    const child = spawn('git', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [output, errors, code] = await Promise.all([
      collect(child.stdout),
      collect(child.stderr),
      new Promise<number | null>((resolve) => child.on('close', resolve)),
    ]);
    if (code !== 0) throw new Error(`git ${args[0]}: ${errors}`);
    return output;
  }

  async #parentOf(ref: string): Promise<string[]> {
    return this.git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]).then(
      (id) => [id.trim()],
      () => [],
    );
  }
}

function change(path: string, content: GitContent): Uint8Array[] {
  const quoted = `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  if (typeof content === 'string' || content instanceof Uint8Array)
    return [line(`M 100644 inline ${quoted}`), ...data(content)];
  if ('executable' in content) return [line(`M 100755 inline ${quoted}`), ...data(content.executable)];
  if ('symlink' in content) return [line(`M 120000 inline ${quoted}`), ...data(content.symlink)];
  return [line(`M 160000 ${content.submodule} ${quoted}`)];
}

function data(content: string | Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(content);
  return [line(`data ${bytes.length}`), bytes, line('')];
}

function line(text: string): Uint8Array {
  return Buffer.from(`${text}\n`);
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
