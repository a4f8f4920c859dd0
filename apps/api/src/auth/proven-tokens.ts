const validMs = 3_600_000;

interface Proof {
  readonly holder: string;
  readonly endsAtMs: number;
}

/**
 * API tokens that were right lately, by their hashes, in this process's memory. It says whose share a call counts in, and never whether it
 * may go on: each call looks its token up. Bounded: beyond `maxTokens` the one that was right longest ago is forgotten.
 */
export class ProvenTokens {
  private readonly proofs = new Map<string, Proof>();

  constructor(
    private readonly nowMs: () => number = Date.now,
    private readonly maxTokens = 20_000,
  ) {}

  add(hash: Uint8Array, holder: string): void {
    const key = keyOf(hash);
    this.proofs.delete(key);
    const oldest = this.proofs.size >= this.maxTokens ? this.proofs.keys().next() : undefined;
    if (oldest && !oldest.done) this.proofs.delete(oldest.value);
    this.proofs.set(key, { holder, endsAtMs: this.nowMs() + validMs });
  }

  /** Null where it was not right within the last hour. */
  holderOf(hash: Uint8Array): string | null {
    const proof = this.proofs.get(keyOf(hash));
    return proof && proof.endsAtMs > this.nowMs() ? proof.holder : null;
  }

  forget(hash: Uint8Array): void {
    this.proofs.delete(keyOf(hash));
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64url');
}
