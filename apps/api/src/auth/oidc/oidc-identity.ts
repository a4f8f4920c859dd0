/** Who somebody is by the word of the provider, after everything about that word was checked. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case; null unless the provider has verified it. */
  readonly email: string | null;
  readonly name: string;
  readonly groups: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

/** @param claims of the ID token, and of the user info where the provider has some. */
export function identityOf(issuer: string, subject: string, claims: Claims): OidcIdentity {
  const email = verifiedEmail(claims);
  const name = text(claims.name) ?? text(claims.preferred_username) ?? email ?? subject;
  return { issuer, subject, email, name: name.slice(0, 120), groups: groupsOf(claims.groups) };
}

/** Nobody is asked for a group when none is demanded. */
export function mayEnter({ groups }: Pick<OidcIdentity, 'groups'>, allowedGroups: readonly string[]): boolean {
  return allowedGroups.length === 0 || allowedGroups.some((group) => groups.includes(group));
}

/** An address that the provider does not vouch for could be anybody's, so it links no account. */
function verifiedEmail({ email, email_verified: verified }: Claims): string | null {
  const address = text(email)?.trim().toLowerCase() ?? '';
  return verified === true && /^[^\s@]+@[^\s@]+$/.test(address) && address.length <= 320 ? address : null;
}

function groupsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
