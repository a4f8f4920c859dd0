/** A value that must not appear in a log, and the name that is shown in its place. */
export interface LogSecret {
  readonly name: string;
  readonly value: string | Uint8Array;
}

/** Shorter values would mask ordinary text all over; they are refused where a secret is made. */
export const shortestSecretBytes = 4;

/** Single lines of a longer secret are masked by themselves from this length on. */
export const shortestSecretLineBytes = 8;
