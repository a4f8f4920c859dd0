const refPrefixes = { branch: 'refs/heads/', tag: 'refs/tags/' } as const;

/** `refs/heads/main` → `{ kind: 'branch', name: 'main' }`; null for other refs. */
export function parseRef(ref: string): { kind: 'branch' | 'tag'; name: string } | null {
  for (const kind of ['branch', 'tag'] as const) {
    const prefix = refPrefixes[kind];
    if (ref.startsWith(prefix) && ref.length > prefix.length) return { kind, name: ref.slice(prefix.length) };
  }
  return null;
}
