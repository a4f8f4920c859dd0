import type { Verification } from './check/verification.js';
import { type VerifyRequest, verifyImage } from './check/verify-image.js';

export interface Verifier {
  /** @throws {RegistryError} `unavailable` or `denied`: then nothing is known about the image. */
  verify(request: VerifyRequest): Promise<Verification>;
}

/** Verifies against keys that the caller trusts. */
export class KeyVerifier implements Verifier {
  verify(request: VerifyRequest): Promise<Verification> {
    return verifyImage(request);
  }
}
