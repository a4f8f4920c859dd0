import {
  BuildFailure,
  bytesToLines,
  bytesToText,
  detectSyntax,
  type FailurePlace,
  fewerSteps,
  type Instruction,
  mostInstructions,
  readInstructions,
} from '@cooperage/domain';

const maxBytes = 1024 * 1024;

/** Docker's own frontends of major version 1: the built-in one does what they do. */
const ownFrontend =
  /^(?:docker\.io\/)?docker\/dockerfile(?::(?:latest|labs|1(?:\.\d+){0,2}(?:-labs)?))?(?:@sha256:[0-9a-f]{64})?$/;

/** What is known of a Dockerfile before it is built. */
export interface CheckedDockerfile {
  readonly instructions: readonly Instruction[];
  /** The file declares `ARG SOURCE_DATE_EPOCH`, and so wants to be told the commit's time. */
  readonly wantsSourceDateEpoch: boolean;
}

/**
 * Refuses what no build may ask for, before anything runs.
 * @param onlyImages of the world the build may fetch images alone
 * @throws {BuildFailure} `PolicyRefused` for a foreign frontend, a step that asks for more than a sandbox, or an address
 * where only images are fetched; `DockerfileInvalid` for a file that is too large or has too many instructions
 */
export function checkDockerfile(file: string, content: Uint8Array, onlyImages = false): CheckedDockerfile {
  if (content.byteLength > maxBytes)
    throw new BuildFailure('DockerfileInvalid', `The Dockerfile is larger than ${maxBytes} bytes.`, {
      place: { file },
    });
  refuseForeignFrontend(file, content);
  const instructions = readInstructions(content);
  refuseTooMany(file, instructions);
  for (const instruction of instructions) refusePrivileges(file, instruction);
  if (onlyImages) for (const instruction of instructions) refuseAddress(file, instruction);
  return { instructions, wantsSourceDateEpoch: instructions.some(declaresEpoch) };
}

function refuseTooMany(file: string, instructions: readonly Instruction[]): void {
  const first = instructions[mostInstructions];
  if (!first) return;
  const { startLine: line, endLine } = first;
  throw new BuildFailure(
    'DockerfileInvalid',
    `The Dockerfile has ${instructions.length} instructions; at most ${mostInstructions} are built. ${fewerSteps}`,
    { place: { file, line, endLine } },
  );
}

function refuseForeignFrontend(file: string, content: Uint8Array): void {
  const syntax = detectSyntax(bytesToLines(content));
  if (!syntax || ownFrontend.test(syntax.image)) return;
  throw refusal(`The frontend ${quote(syntax.image)} of the syntax line is not allowed here.`, {
    file,
    line: syntax.line,
    endLine: syntax.line,
  });
}

function refusePrivileges(file: string, instruction: Instruction): void {
  if (instruction.keyword !== 'run') return;
  const flag = instruction.flags.find(
    (text) => text === '--network=host' || text === '--security=insecure' || /^--device(?:=|$)/.test(text),
  );
  if (flag === undefined) return;
  const { startLine: line, endLine } = instruction;
  const place = { file, line, endLine, step: bytesToText(instruction.text).slice(0, 200) };
  throw refusal(`A step may not ask for ${quote(flag)}.`, place);
}

/** What only shows when variables are filled in is refused by the engine's own rules, without a line. */
function refuseAddress(file: string, { keyword, args, startLine: line, endLine, text }: Instruction): void {
  if (keyword !== 'add' || !/(?:^|[\s"])(?:(?:https?|git|ssh):\/\/|git@)/i.test(args)) return;
  const place = { file, line, endLine, step: bytesToText(text).slice(0, 200) };
  throw refusal('ADD may not fetch from an address: the network of this project is “none”.', place);
}

function declaresEpoch({ keyword, args }: Instruction): boolean {
  return keyword === 'arg' && args.split(/[\t\v\f\r ]+/).some((word) => /^SOURCE_DATE_EPOCH(?:=|$)/.test(word));
}

function refusal(message: string, place: FailurePlace): BuildFailure {
  return new BuildFailure('PolicyRefused', message, { place });
}

function quote(bytes: string): string {
  return JSON.stringify(bytesToText(bytes).slice(0, 200));
}
