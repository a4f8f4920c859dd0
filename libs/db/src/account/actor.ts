/** Who changes something: a person, an API token, or the first set-up. Written to the audit beside every change. */
export interface Actor {
  readonly kind: 'person' | 'token' | 'setup';
  /** Id of the user or token; null for the set-up. */
  readonly id: string | null;
  readonly name: string;
  readonly ip: string | null;
}
