import { bytesToLines, escapeOf, type Instruction } from '@cooperage/domain';
import { stagesOf } from './stages.js';

/** Id of an image in the store, or the number of a stage, for what FROM or `--from` names. Nothing for `scratch`. */
export type SourcePlace = { readonly id: string } | { readonly stage: number };
export type SourcePlaces = ReadonlyMap<Instruction, SourcePlace>;

/**
 * The Dockerfile as buildah is given it: the instructions that were checked, each in one line where it begins, and nothing else. Images are
 * named by their ids in the store and stages by names of ours, so no word of a Dockerfile leads to anything that was not looked at
 * (R15C-1, R16C-1 to -3). `refuseForeignDialect` has refused what another parser would divide into other words.
 * @param instructions up to the end of the stage that is wanted
 */
export function canonicalDockerfile(
  content: Uint8Array,
  instructions: readonly Instruction[],
  places: SourcePlaces,
): Buffer {
  const lines: string[] = [];
  // The directive stands above all instructions, so the first line is free.
  if (escapeOf(bytesToLines(content)) === '`') lines.push('# escape=`');
  let stages = 0;
  for (const instruction of instructions) {
    while (lines.length < instruction.startLine - 1) lines.push('');
    const isFrom = instruction.keyword === 'from';
    lines.push(isFrom ? `FROM ${nameOf(instruction, places)} AS ${stageName(stages++)}` : lineOf(instruction, places));
  }
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

function lineOf(instruction: Instruction, places: SourcePlaces): string {
  const { keyword, flags, args } = instruction;
  const named = flags.map((flag) => (flag.startsWith('--from=') ? `--from=${nameOf(instruction, places)}` : flag));
  return [keyword.toUpperCase(), ...named, args].join(' ');
}

function nameOf(instruction: Instruction, places: SourcePlaces): string {
  const place = places.get(instruction);
  if (place === undefined) return 'scratch';
  return 'id' in place ? place.id : stageName(place.stage);
}

const stageName = (stage: number): string => `s${stage}`;

/** What a person sees of a line that buildah prints. */
export function shownLine(printed: string, instruction: Instruction | null, image: string | undefined): string {
  if (instruction?.keyword !== 'from')
    return instruction?.flags.some((flag) => flag.startsWith('--from=')) ? instruction.text : printed;
  const name = image ?? /^FROM\s+(\S+)/i.exec(printed)?.[1] ?? '';
  return `FROM ${name}${instruction.args.replace(/^\S+/, '')}`;
}

/** Instructions up to the end of a stage; undefined where there is none of that name or number. All without a target. */
export function upToTarget(
  instructions: readonly Instruction[],
  target: string | undefined,
): readonly Instruction[] | undefined {
  if (target === undefined) return instructions;
  const stages = stagesOf(instructions);
  const named = stages.findLastIndex(({ name }) => name === target.toLowerCase());
  const at = named < 0 && /^\d+$/.test(target) ? Number(target) : named;
  const next = stages[at + 1]?.steps[0];
  if (at < 0 || at >= stages.length) return undefined;
  return next === undefined ? instructions : instructions.slice(0, instructions.indexOf(next));
}
