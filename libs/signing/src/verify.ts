/** The door for those who verify and must not be able to sign: it leads to no code that holds a private key. */
export * from './admission-snippets.js';
export * from './check/verification.js';
export { type VerifyRequest, verifyImage } from './check/verify-image.js';
export * from './cosign-commands.js';
export { predicateTypes, projectAnnotation } from './format/media-types.js';
export { type Statement, subjectOf } from './format/statement.js';
export { type PublicKey, publicKeyOf } from './key/public-key.js';
export * from './provenance.js';
export * from './verifier.js';
