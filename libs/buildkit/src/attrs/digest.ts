/** A content digest as the engine gives it. */
export type Digest = `sha256:${string}`;
