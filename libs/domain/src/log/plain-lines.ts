/** Sequences by which a program colours, moves and names things in a terminal (ECMA-48 CSI and OSC, and two-byte ones). */
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/**
 * The last lines of printed text as a terminal would show them, without colours: of a line that was overwritten, its last
 * state. Empty lines at the end are left out, and what is longer than `maxLength` is cut with `…`.
 */
export function lastPlainLines(text: string, count: number, maxLength = 500): string[] {
  const lines = text.split('\n').map(plainLine);
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines.slice(-count).map((line) => (line.length > maxLength ? `${line.slice(0, maxLength)}…` : line));
}

function plainLine(line: string): string {
  const states = line.replace(escapes, '').split('\r');
  return (states.findLast((state) => state.trim() !== '') ?? '').replace(controls, '');
}
