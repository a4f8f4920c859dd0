import { readFile } from 'node:fs/promises';
import path from 'node:path';
import headless from '@xterm/headless';

/** Beside `src` and `dist`. */
const folder = path.resolve(import.meta.dirname, '../../recordings');
/** Of the terminal that was recorded. */
const columns = 80;

/** What package managers wrote to a terminal; the README of this room says how it was recorded. */
export const recordings = ['apt-get-install', 'npm-install', 'pip-download', 'apt-purge'] as const;

export function recording(name: (typeof recordings)[number]): Promise<string> {
  return readFile(path.join(folder, `${name}.tty`), 'utf8');
}

/** What a terminal shows in the end, its rows joined to lines. */
export async function shownByTerminal(text: string): Promise<string[]> {
  const terminal = new headless.Terminal({ cols: columns, rows: 24, scrollback: 1_000, allowProposedApi: true });
  await new Promise<void>((written) => terminal.write(text, written));
  const { active } = terminal.buffer;
  const lines: string[] = [];
  for (let row = 0; row < active.length; row++) {
    const line = active.getLine(row);
    const words = line?.translateToString(true) ?? '';
    lines.push(line?.isWrapped ? `${lines.pop()}${words}` : words);
  }
  terminal.dispose();
  return visible(lines);
}

/** Blanks at the end of a line, and lines of nothing at the end, are seen by nobody. */
export function visible(lines: readonly string[]): string[] {
  const trimmed = lines.map((line) => line.trimEnd());
  return trimmed.slice(0, trimmed.findLastIndex((line) => line !== '') + 1);
}
