import type { ForgeEvent, ForgeKind } from '@cooperage/domain';
import type { RawHeaders } from '../delivery.js';
import type { Proof, ProofContext } from '../proof/proof.js';
import type { BodyForm } from '../request/media-type.js';
import type { Sliced } from '../slices.js';

export interface ReceivedBody {
  readonly form: BodyForm;
  /** The body as it came. */
  readonly raw: Uint8Array;
  /** The JSON inside: the same bytes, or the form's field. @throws {Refusal} `malformed` */
  readonly json: () => Sliced<Uint8Array>;
}

/** How one forge speaks: what it signs, how it names things, where its payload keeps what we need. */
export interface Forge {
  readonly kind: ForgeKind;
  readonly bodyForms: readonly BodyForm[];
  /** Whether the headers are this forge's. Asked in a fixed order, see `forges.ts`. */
  readonly recognizes: (headers: RawHeaders) => boolean;
  /** @throws {Refusal} `signature_missing`, `signature_invalid`, `timestamp_out_of_range`, `malformed` */
  readonly prove: (headers: RawHeaders, body: ReceivedBody, context: ProofContext) => Sliced<Proof>;
  /** Headers that may hold the delivery's id, best first. */
  readonly deliveryIdHeaders: readonly string[];
  /** A Standard Webhooks signature of this sender covers the header that its id is read from. */
  readonly signsDeliveryId: boolean;
  readonly eventName: (headers: RawHeaders, payload: unknown) => string;
  /** @throws {Refusal} `malformed`, `ref_invalid` */
  readonly eventOf: (eventName: string, payload: unknown) => ForgeEvent;
}
