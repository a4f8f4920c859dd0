import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildFailure, visibleText } from '@cooperage/domain';
import { invalid, runLimited, takesTooMuch } from './limited-run.js';

/** What the program says of a file that it does not take. */
export interface ComposeRefusal {
  readonly why: 'unreadable' | 'no-map' | 'include' | 'service-no-map' | 'service-extends';
  /** What the parser says, or the name of a service. */
  readonly said: string;
}

const refusedCode = 3;
/** Node sets aside a multiple of what it uses; what the file takes is in its heap. */
const limits = { addressBytes: 4 * 1024 * 1024 * 1024, cpuSeconds: 20 };
const heapMib = 256;

/**
 * A compose file as bake is given it: what says how images are built and nothing else, as JSON, which is YAML too. The rest
 * (ports, volumes, environments) has no part in a build, and some of it makes a reader open other files of its machine:
 * `include`, `env_file`, `extends` with a file. Since bake reads what was written here, and not the file, it cannot come to
 * another opinion of what the file says. A program of its own reads the file, which takes as long as whoever wrote it likes (R19B-2).
 * @throws {BuildFailure} `InvalidBuildConfig`; or the signal's reason
 */
export async function composeForBake(
  file: string,
  content: Uint8Array,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<string> {
  // As built, or as written.
  const script = new URL(`./compose-program${path.extname(import.meta.filename)}`, import.meta.url);
  const args = [`--max-old-space-size=${heapMib}`, '--disable-warning=ExperimentalWarning', fileURLToPath(script)];
  const command = { program: process.execPath, args, limits, env: {}, cwd: '/', input: content };
  const { code, output, errors } = await runLimited(command, { path: file, timeoutMs }, signal);
  if (code === 0) return output;
  if (code === refusedCode) throw refused(file, JSON.parse(output) as ComposeRefusal);
  // What exceeds a limit is ended by a signal.
  if (code === null) throw takesTooMuch(file);
  throw new Error(`the program that reads compose files ended with ${code}: ${visibleText(errors, 1_000)}`);
}

function refused(file: string, { why, said }: ComposeRefusal): BuildFailure {
  const name = visibleText(said);
  const sentences = {
    unreadable: `The compose file cannot be read: ${visibleText(said, 300)}`,
    'no-map': 'The compose file is no map.',
    include: 'The field “include” is refused: a definition is one file.',
    'service-no-map': `The service “${name}” is no map.`,
    'service-extends': `The service “${name}” extends one of another file; a definition is one file.`,
  };
  return invalid(file, sentences[why]);
}
