import { cacheImportsOf, inputAttrs } from '../attrs/attrs.js';
import type { MessageInput } from '../proto/codec.js';
import type { BridgeResult, MessageName, Messages } from '../proto/messages.js';
import { methods } from '../proto/methods.js';
import type { EngineConnection, Line, Method } from '../wire/connection.js';
import { ConnectionLost, RpcError, rpcCode } from '../wire/errors.js';
import { type DefinedVertex, definedVertexes } from './definition.js';
import { editDefinition, type OperationEdit } from './edit-definition.js';
import { ownedBy } from './fetch-owner.js';
import { skipSubmodulesCapability } from './git-source.js';
import { refusalOfLint } from './lint-refusal.js';
import { markOf } from './mark.js';
import { withoutSubmodules } from './skip-submodules.js';

/** One Dockerfile of a Solve. */
export interface BridgedSolve {
  readonly frontendAttrs: Readonly<Record<string, string>>;
  /** Keys of the inputs that its `namedContexts` name. */
  readonly inputs?: readonly string[];
}

/** A Dockerfile whose result others of the same Solve start from or copy from. */
export interface SolveInput extends BridgedSolve {
  /** Unique within the Solve, chosen by the caller. */
  readonly key: string;
}

/** What is asked of a bridge. */
export interface BridgeRun {
  readonly last: BridgedSolve;
  /** Each behind those that it names. */
  readonly inputs: readonly SolveInput[];
  /** See `markSteps`; null for none. */
  readonly mark: string | null;
  /** See `ownedBy`; null where it fetches as nobody. */
  readonly fetchOwner: string | null;
  /** Told the vertexes of each, before any of them can start. */
  readonly onGraph: OnGraph;
}

/** Told what a Dockerfile asks for: of an input by its key, of the last one with null. */
export type OnGraph = (key: string | null, vertexes: readonly DefinedVertex[]) => void;

type DockerfileRequest = MessageInput<Messages['BridgeSolveRequest']> & {
  readonly FrontendOpt: Readonly<Record<string, string>>;
};

/** The calls of one Solve's bridge, one after the other, for as long as that Solve runs. */
export class Bridge {
  /** What the engine refused of a Dockerfile, and the Solve was told of. */
  refusal: RpcError | null = null;
  private line: Line | undefined;
  private closed = false;

  constructor(
    private readonly connection: Pick<EngineConnection, 'line'>,
    private readonly reference: string,
  ) {}

  /**
   * Does what a frontend of ours would do inside of the engine: has each Dockerfile turned into a graph, gives those of the
   * inputs to the ones after them, and returns the last. No step runs before that: the engine runs the whole graph for it.
   * @throws {RpcError} see `refusal` @throws {ConnectionLost}
   */
  async run({ last, inputs, mark, fetchOwner, onGraph }: BridgeRun): Promise<void> {
    const edits = editsOf(mark, fetchOwner);
    // Not the line of the Solve: a refusal may break it, see `EngineConnection.line`.
    this.line = await this.connection.line();
    if (this.closed) return this.close();
    const results = new Map<string, BridgeResult>();
    try {
      for (const input of inputs) {
        const asked = await this.solve(input, results);
        const { result } = edited(asked, edits);
        results.set(input.key, result);
        onGraph(input.key, await this.vertexesOf(result, asked));
      }
      const asked = await this.solve(last, results);
      const { result: safe, isChanged } = edited(asked, edits);
      const result = isChanged ? await this.given(safe, last) : safe;
      onGraph(null, await this.vertexesOf(safe, asked));
      await this.unary(this.line, methods.bridgeReturn, { result });
    } catch (error) {
      if (error instanceof RpcError) await this.refuse(this.line, error);
      throw error;
    }
  }

  close(): void {
    this.closed = true;
    this.line?.close();
  }

  private async solve(
    { frontendAttrs, inputs = [] }: BridgedSolve,
    results: ReadonlyMap<string, BridgeResult>,
  ): Promise<BridgeResult> {
    const known = inputs.map((key) => [key, results.get(key)!] as const);
    const request = {
      Frontend: 'dockerfile.v0',
      FrontendOpt: { ...frontendAttrs, ...inputAttrs(new Map(known.map(([key, { metadata }]) => [key, metadata]))) },
      FrontendInputs: Object.fromEntries(known.map(([key, { ref }]) => [key, ref?.def ?? new Uint8Array()])),
      ...{ allowResultReturn: true, allowResultArrayRef: true },
    };
    const { result } = await this.unary(this.line!, methods.bridgeSolve, request).catch((error: unknown) =>
      this.askAgain(request, error),
    );
    if (!result) throw new RpcError(methods.bridgeSolve.path, rpcCode.internal, 'the engine answered no result');
    return result;
  }

  /** A result whose graph is another than the frontend's: the engine takes it for one when it is given that graph. */
  private async given(asked: BridgeResult, { frontendAttrs }: BridgedSolve): Promise<BridgeResult> {
    const { result } = await this.unary(this.line!, methods.bridgeSolve, {
      ...{ Definition: asked.ref!.def, CacheImports: cacheImportsOf(frontendAttrs) },
      ...{ allowResultReturn: true, allowResultArrayRef: true },
    });
    if (!result?.ref) throw new RpcError(methods.bridgeSolve.path, rpcCode.internal, 'the engine answered no result');
    return { ...asked, ref: { ...asked.ref!, id: result.ref.id } };
  }

  /**
   * The refusal of a large Dockerfile holds all of it, and breaks the line that it comes on (see `EngineConnection.line`). On another
   * the frontend is asked what it finds wrong, which it answers as a result.
   * @throws {RpcError} what it finds @throws {ConnectionLost} the line was lost for another reason
   */
  private async askAgain(request: DockerfileRequest, lost: unknown): Promise<never> {
    if (!(lost instanceof ConnectionLost) || this.closed) throw lost;
    this.line?.close();
    const line = await this.connection.line();
    this.line = line;
    if (this.closed) this.close();
    const FrontendOpt = { ...request.FrontendOpt, requestid: 'frontend.lint' };
    const { result } = await this.unary(line, methods.bridgeSolve, { ...request, FrontendOpt });
    throw refusalOfLint(result?.metadata['result.json']) ?? lost;
  }

  /** Those that run. An engine that does not know how to leave submodules out does not say so: it fetches them. */
  private async vertexesOf({ ref }: BridgeResult, asked: BridgeResult): Promise<DefinedVertex[]> {
    const vertexes = definedVertexes(ref?.def ?? new Uint8Array());
    const before = definedVertexes(asked.ref?.def ?? new Uint8Array()).map(({ submodules }) => submodules);
    if (!before.includes('fetched')) return vertexes;
    const { LLBCaps } = await this.unary(this.line!, methods.bridgePing, {});
    const isKnown = LLBCaps.some(({ ID, Enabled }) => ID === skipSubmodulesCapability && Enabled);
    return vertexes.map((vertex, at) => ({
      ...vertex,
      submodules: before[at] === 'fetched' && isKnown ? 'leftOut' : before[at]!,
    }));
  }

  private async refuse(line: Line, error: RpcError): Promise<void> {
    if (this.closed) return;
    this.refusal = error;
    const { code, message } = error;
    await this.unary(line, methods.bridgeReturn, { error: { code, message } }).catch(() => {});
  }

  private async unary<Q extends MessageName, A extends MessageName>(
    line: Line,
    method: Method<Q, A>,
    request: MessageInput<Messages[Q]>,
  ): Promise<Messages[A]> {
    let answer: Messages[A] | undefined;
    const keep = (message: Messages[A]) => {
      answer = message;
    };
    const headers = { 'buildkit-controlapi-buildid': this.reference };
    for (let isThere = false; !isThere; )
      isThere = await line.start(method, request, keep, headers).done.then(
        () => true,
        (error: unknown) => {
          if (this.closed || !isTooEarly(error)) throw error;
          return false;
        },
      );
    if (answer === undefined) throw new ConnectionLost('call', 'the engine answered nothing');
    return answer;
  }
}

/** A busy engine may not have begun with the Solve yet. It says so after some seconds of waiting. */
function isTooEarly(error: unknown): boolean {
  return error instanceof RpcError && /^no such job /.test(error.message);
}

/** What of a graph is never run as the frontend made it. */
function editsOf(mark: string | null, fetchOwner: string | null): readonly OperationEdit[] {
  return [
    withoutSubmodules,
    ...(mark === null ? [] : [markOf(mark)]),
    ...(fetchOwner === null ? [] : [ownedBy(fetchOwner)]),
  ];
}

function edited(result: BridgeResult, edits: readonly OperationEdit[]) {
  const { ref } = result;
  const def = ref && editDefinition(ref.def, edits);
  return !def || def === ref.def
    ? { result, isChanged: false }
    : { result: { ...result, ref: { ...ref!, def } }, isChanged: true };
}
