/** A step of a made-up log, and how many of its lines it prints. */
export interface SeededStep {
  readonly name: string;
  readonly lines: number;
}

/** Bytes of about this many lines travel together, as from a program that prints without pause. */
const linesOfPart = 400;

/** How the lines of a log are spread over its steps: most of them in one, as in real builds. */
export function seededSteps(lines: number): SeededStep[] {
  const share = (part: number): number => Math.floor(lines * part);
  const [setup, install, test] = [share(0.05), share(0.2), share(0.15)];
  return [
    { name: '[stage-0 1/4] RUN apt-get update', lines: setup },
    { name: '[stage-0 2/4] RUN npm ci', lines: install },
    { name: '[stage-0 3/4] RUN npm run build', lines: lines - setup - install - test },
    { name: '[stage-0 4/4] RUN npm test', lines: test },
  ];
}

/**
 * Lines as tools print them, different from each other, and the same for the same numbers. Every thousandth line of a step
 * holds `needle-<step>-<line>`, both counted from 1, so that a search has something rare to find; one in 64 is coloured.
 */
function seededLine(step: number, line: number): string {
  const mixed = Math.imul(line + step * 7919, 2_654_435_761) >>> 0;
  const file = `src/area-${mixed % 97}/part-${(mixed >>> 7) % 997}.ts`;
  if (line % 1000 === 0) return `found needle-${step}-${line} in ${file}`;
  if (line % 64 === 0) return `\x1b[33mwarning\x1b[0m ${file}:${mixed % 400}: the result of this call is not used`;
  return `${String(line).padStart(8, '0')} compiled ${file} in ${mixed % 900} ms, ${(mixed >>> 5) % 90_000} bytes`;
}

/** The output of one step in parts that fit into a few entries. */
export function* seededParts(
  step: number,
  lines: number,
): Generator<{ readonly lines: number; readonly bytes: Buffer }> {
  for (let first = 1; first <= lines; first += linesOfPart) {
    const count = Math.min(linesOfPart, lines - first + 1);
    const text = Array.from({ length: count }, (_, index) => `${seededLine(step, first + index)}\n`).join('');
    yield { lines: count, bytes: Buffer.from(text) };
  }
}
