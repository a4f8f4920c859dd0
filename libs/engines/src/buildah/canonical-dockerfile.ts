import { bytesToLines, escapeOf, type Instruction } from '@cooperage/domain';

/**
 * The Dockerfile as buildah is given it: the instructions that were checked, each in the line where it begins, and nothing else. Whatever
 * another parser would read differently (comments within an instruction, its continuation) is no part of it.
 * @param bases for each FROM of an image, the id of that image in the store: what was looked at is what is used
 */
export function canonicalDockerfile(
  content: Uint8Array,
  instructions: readonly Instruction[],
  bases: ReadonlyMap<Instruction, string>,
): Buffer {
  const lines: string[] = [];
  // The directive stands above all instructions, so the first line is free.
  if (escapeOf(bytesToLines(content)) === '`') lines.push('# escape=`');
  for (const instruction of instructions) {
    while (lines.length < instruction.startLine - 1) lines.push('');
    lines.push(lineOf(instruction, bases.get(instruction)));
  }
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

function lineOf({ keyword, flags, args, text }: Instruction, base: string | undefined): string {
  if (flags.length === 0 && base === undefined) return text;
  // Flags as they were checked, without quotes.
  return [keyword.toUpperCase(), ...flags, base === undefined ? args : args.replace(/^\S+/, base)].join(' ');
}
