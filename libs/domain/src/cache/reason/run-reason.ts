import type { Digest } from '../../image/digest.js';
import type { EvictionWords } from '../eviction.js';
import type { FileChanges } from './file-changes.js';

/** The first input of a step that differs, in the words of `design.md`: what made it run. */
export type RunReason =
  /** The build was asked to read no cache. */
  | { readonly kind: 'not_asked' }
  /** No earlier build that it may read from came to this step. */
  | { readonly kind: 'first' }
  /** Null for an instruction that was not there, or is not there any more. */
  | { readonly kind: 'instruction'; readonly before: string | null; readonly after: string | null }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly before: string | null;
      readonly after: string | null;
    }
  /** An image by the name that the Dockerfile has for it, or one that is a named context. */
  | { readonly kind: 'base'; readonly image: string; readonly before: Digest; readonly after: Digest }
  | {
      readonly kind: 'earlier_step';
      readonly ordinal: number;
      readonly definition: string;
      /** Whose step it is, where it is another Dockerfile's than that of the step which ran for it; null for the build's own. */
      readonly target?: string | null;
    }
  /** None of its steps ran, and yet what it comes to is another: an earlier build had made it. */
  | { readonly kind: 'target'; readonly target: string }
  | ({ readonly kind: 'files' } & FileChanges)
  /** It reads an address or a foreign image, of whose content there is no record. */
  | { readonly kind: 'foreign' }
  /** Nothing differs: the result was in no cache that could be read. */
  | {
      readonly kind: 'not_kept';
      readonly why:
        | 'other_zone'
        /** Zones share results, but not those of steps with a cache mount, a secret or an SSH agent. */
        | 'zone_mounts'
        | 'other_worker'
        | 'not_exported'
        | 'reset'
        | 'evicted'
        | 'not_read'
        /** Another build was doing the same step: there was no result yet. */
        | 'at_once'
        | 'emptied'
        | 'dropped';
      /** Only for `evicted`. */
      readonly eviction?: EvictionWords;
    }
  | { readonly kind: 'unknown'; readonly why: 'no_manifest' | 'not_matched' | 'upon_folder' | 'of_target' };
