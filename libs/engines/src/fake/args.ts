import { bytesToText, type Instruction, readInstructions } from '@cooperage/domain';

/** What a step of the fake engine does. */
export type FakeAction =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'flood'; readonly bytes: number }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'oom' }
  /** The engine is lost in the middle of the step. */
  | { readonly kind: 'die' };

export interface FakeStep {
  readonly name: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly action: FakeAction;
}

/**
 * Reads what to do from the Dockerfile: `RUN fake sleep 200`, `RUN fake print hello`, `RUN fake flood 5000000`,
 * `RUN fake exit 7`, `RUN fake oom`, `RUN fake die`. Every other instruction is a step that succeeds at once.
 */
export function fakeSteps(dockerfile: Uint8Array): FakeStep[] {
  return readInstructions(dockerfile).map((instruction) => ({
    name: bytesToText(instruction.text),
    startLine: instruction.startLine,
    endLine: instruction.endLine,
    action: actionOf(instruction),
  }));
}

function actionOf({ keyword, args }: Instruction): FakeAction {
  const [word, verb, ...rest] = args.split(' ');
  if (keyword !== 'run' || word !== 'fake') return { kind: 'nothing' };
  switch (verb) {
    case 'sleep':
      return { kind: 'sleep', ms: Number(rest[0]) };
    case 'print':
      return { kind: 'print', text: bytesToText(rest.join(' ')) };
    case 'flood':
      return { kind: 'flood', bytes: Number(rest[0]) };
    case 'exit':
      return { kind: 'exit', code: Number(rest[0]) };
    case 'oom':
      return { kind: 'oom' };
    case 'die':
      return { kind: 'die' };
    default:
      throw new TypeError(`the fake engine knows no ${verb}`);
  }
}
