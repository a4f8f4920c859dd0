import { createHash } from 'node:crypto';
import { decode } from '../proto/codec.js';
import type { Definition, OpMetadata } from '../proto/messages.js';
import type { SourceLines } from './failure.js';
import { asksForSubmodules } from './git-source.js';

/** What becomes of the submodules of a git repository that a vertex fetches; `none` where it asks for none. */
export type Submodules = 'none' | 'leftOut' | 'fetched';

/** A vertex as the definition of a graph asks for it. */
export interface DefinedVertex {
  readonly digest: string;
  /** Null where the frontend gave it none: the engine then makes one of what the operation is. */
  readonly name: string | null;
  readonly inputs: readonly string[];
  readonly progressGroup: string | null;
  readonly lines: SourceLines | null;
  readonly submodules: Submodules;
}

/**
 * Reads an encoded definition. The digest of an operation is that of its vertex, unless a source policy rewrites it: ours only
 * refuse.
 * @throws {RangeError|Error} when the bytes are no definition
 */
export function definedVertexes(encoded: Uint8Array): DefinedVertex[] {
  const definition = decode('Definition', encoded);
  // The last operation is no vertex: it points to the one that is the result.
  return definition.def.slice(0, -1).map((operation) => {
    const digest = sha256(operation);
    const { description, progress_group: group } = definition.metadata[digest] ?? unnamed;
    return {
      digest,
      name: description['llb.customname'] ?? null,
      inputs: decode('Op', operation).inputs.map((input) => input.digest),
      progressGroup: group?.id ?? null,
      lines: linesOf(definition, digest),
      submodules: asksForSubmodules(operation) ? 'fetched' : 'none',
    };
  });
}

const unnamed: OpMetadata = { description: {}, progress_group: null };

/** Of a vertex that is run without a cache while an equal one with a cache is under way, as BuildKit's solver names it. */
export function digestWithoutCache(digest: string): string {
  return sha256(`${digest}-ignorecache`);
}

function linesOf({ Source: source }: Definition, digest: string): SourceLines | null {
  const location = source?.locations[digest]?.locations[0];
  const numbers = (location?.ranges ?? []).flatMap(({ start, end }) =>
    start ? [start.line, end?.line || start.line] : [],
  );
  if (!location || numbers.length === 0) return null;
  const file = source?.infos[location.sourceIndex]?.filename ?? '';
  return { file, startLine: Math.min(...numbers), endLine: Math.max(...numbers) };
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
