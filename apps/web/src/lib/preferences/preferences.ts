/** What a reader may choose about how pages look. The first value of each is the usual one; the choice is a cookie. */
export const preferences = {
  theme: ['system', 'light', 'dark'],
  density: ['compact', 'comfortable'],
  times: ['relative', 'local', 'utc'],
} as const;

export type PreferenceName = keyof typeof preferences;
export type Preference<N extends PreferenceName> = (typeof preferences)[N][number];
export type Preferences = { readonly [N in PreferenceName]: Preference<N> };

export const preferenceCookie = (name: PreferenceName): string => `cooperage_${name}`;

export function parsePreference<N extends PreferenceName>(name: N, value: string | undefined): Preference<N> {
  const allowed: readonly Preference<N>[] = preferences[name];
  return allowed.find((each) => each === value) ?? allowed[0]!;
}

/** @param cookie value of a cookie by its name */
export function readPreferences(cookie: (name: string) => string | undefined): Preferences {
  const read = <N extends PreferenceName>(name: N): Preference<N> =>
    parsePreference(name, cookie(preferenceCookie(name)));
  return { theme: read('theme'), density: read('density'), times: read('times') };
}
