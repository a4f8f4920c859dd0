import { spawn } from 'node:child_process';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** It is ended after this long, in milliseconds: for what waits on a network. */
  readonly withinMs?: number;
}

/** Runs a program to its end and gives its standard output. @throws {Error} with its last words when it fails */
export async function runProgram({ file, args, env, cwd, withinMs }: Program): Promise<string> {
  const child = spawn(file, args, { env: { ...env }, cwd, timeout: withinMs, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors, code] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject)),
  ]);
  if (code !== 0) throw new Error(`${file} ${args.slice(0, 2).join(' ')} (${code}): ${errors.trim().slice(-2_000)}`);
  return out;
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
