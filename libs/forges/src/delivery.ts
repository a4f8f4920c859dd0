import type { ForgeEvent, ForgeKind, ProofKind } from '@cooperage/domain';

/** Headers as Node gives them: names in lower case. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface DeliveryRequest {
  readonly headers: RawHeaders;
  /** The body exactly as it came; proofs are over these bytes. Its length is limited by the caller. */
  readonly rawBody: Uint8Array;
  /** The project's webhook secrets, several while one replaces another. Texts stand for their UTF-8 bytes. */
  readonly secrets: readonly (string | Uint8Array)[];
  readonly now: Date;
}

/** Why a delivery is refused: a closed list with the HTTP status that answers it. */
export const refusals = {
  unknown_sender: 401,
  signature_missing: 401,
  signature_invalid: 401,
  timestamp_out_of_range: 401,
  unsupported_media_type: 415,
  malformed: 400,
  ref_invalid: 400,
} as const satisfies Record<string, number>;
export type RefusalCode = keyof typeof refusals;

export interface AcceptedDelivery {
  readonly ok: true;
  readonly forge: ForgeKind;
  /**
   * The forge's own id of the delivery; a redelivery has the same. A new one where the forge sends none: equal bodies are deliveries
   * of their own, since the ref may have another head each time.
   */
  readonly deliveryId: string;
  /** The forge's name of the event, for people: printable ASCII of at most 64 characters. */
  readonly eventName: string;
  readonly proof: ProofKind;
  /** Which of the secrets proved it. */
  readonly secretIndex: number;
  readonly event: ForgeEvent;
  /**
   * SHA-256 of the JSON, also of one that came inside a form: a body that is sent again under another id has the same. Null
   * where the proof covers the delivery's id, since then a new id is a new message of the sender.
   */
  readonly bodyDigest: Uint8Array | null;
}

export interface RefusedDelivery {
  readonly ok: false;
  /** Who it claims to come from; nothing of it is proven. */
  readonly forge: ForgeKind | null;
  readonly code: RefusalCode;
  /** One sentence for a person, without any part of the delivery. */
  readonly message: string;
  readonly httpStatus: number;
}

export type DeliveryResult = AcceptedDelivery | RefusedDelivery;

/** Ends the reading of a delivery. Never leaves this library: `readDelivery` returns it as a result. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
