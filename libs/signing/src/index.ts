export * from './artifact.js';
export { statementOf } from './artifact-statement.js';
export * from './key/cosign-key-file.js';
export * from './key/signing-key.js';
export * from './push.js';
export * from './signer.js';
export * from './verify.js';
