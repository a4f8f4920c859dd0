import type { Instruction } from '@cooperage/domain';

/** The stages of a Dockerfile as buildah counts them: FROM is the first step of each, ARG before the first FROM is none. */
export interface Stage {
  readonly name: string | null;
  readonly steps: readonly Instruction[];
}

export function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const stages: { name: string | null; steps: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'from') stages.push({ name: stageNameOf(instruction), steps: [] });
    stages.at(-1)?.steps.push(instruction);
  }
  return stages;
}

/** In lower case, as it is looked for. */
export function stageNameOf({ args }: Pick<Instruction, 'args'>): string | null {
  return /^\S+\s+as\s+(\S+)/i.exec(args)?.[1]?.toLowerCase() ?? null;
}

/** The last step of a stage as the Dockerfile has it; what buildah does behind it are the labels of the service. */
export function instructionAt(stages: readonly Stage[], stage: number, step: number): Instruction | null {
  return stages[stage - 1]?.steps[step - 1] ?? null;
}
