import {
  BuildFailure,
  bytesToLines,
  bytesToText,
  detectSyntax,
  type FailurePlace,
  fewerSteps,
  type Instruction,
  type MeasuredExpansion,
  measureExpansion,
  mostExpandedBuild,
  mostExpandedValue,
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
  /** How long it becomes with its variables put in place, with the Dockerfiles before it. */
  readonly expansion: MeasuredExpansion;
}

/** What around a Dockerfile is looked at with it. */
export interface DockerfileScene {
  /** Of the world the build may fetch images alone. */
  readonly onlyImages?: boolean;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Other Dockerfiles of the build: the one before, and those whose results this one may start from. */
  readonly before?: CheckedDockerfile;
  readonly from?: readonly CheckedDockerfile[];
}

/**
 * Refuses what no build may ask for, before anything runs.
 * @throws {BuildFailure} `PolicyRefused` for a foreign frontend, a step that asks for more than a sandbox, or an address
 * where only images are fetched; `DockerfileInvalid` for a file that is too large, has too many instructions, or becomes too long with its variables put
 * in place
 */
export function checkDockerfile(file: string, content: Uint8Array, scene: DockerfileScene = {}): CheckedDockerfile {
  if (content.byteLength > maxBytes)
    throw new BuildFailure('DockerfileInvalid', `The Dockerfile is larger than ${maxBytes} bytes.`, {
      place: { file },
    });
  refuseForeignFrontend(file, content);
  const instructions = readInstructions(content);
  refuseTooMany(file, instructions);
  for (const instruction of instructions) refusePrivileges(file, instruction);
  if (scene.onlyImages) for (const instruction of instructions) refuseAddress(file, instruction);
  const expansion = measureExpansion(content, instructions, {
    buildArgs: scene.buildArgs ?? {},
    from: (scene.from ?? []).map(({ expansion: { known } }) => known),
    spentBytes: scene.before?.expansion.bytes ?? 0,
  });
  refuseTooLong(file, expansion);
  return { instructions, wantsSourceDateEpoch: instructions.some(declaresEpoch), expansion };
}

function refuseTooLong(file: string, { excess }: MeasuredExpansion): void {
  if (!excess) return;
  const { kind, name, instruction } = excess;
  const { startLine: line, endLine, text } = instruction;
  throw new BuildFailure('DockerfileInvalid', kind === 'value' ? tooLongValue(name) : tooLongBuild, {
    place: { file, line, endLine, step: bytesToText(text).slice(0, 200) },
  });
}

const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;

function tooLongValue(name: string): string {
  const most = mebibytes(mostExpandedValue);
  return `With its variables put in place, ${JSON.stringify(name.slice(0, 200))} can become longer than ${most}. Let it name fewer or shorter variables, or COPY a file that holds the text.`;
}

const tooLongBuild = `With variables put in place, the Dockerfile can become longer than ${mebibytes(mostExpandedBuild)}: each RUN has all ENV, ARG, SHELL, USER and WORKDIR in force. Use shorter values, or fewer RUN.`;

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
