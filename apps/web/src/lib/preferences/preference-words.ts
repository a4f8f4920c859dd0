import type { Preference, PreferenceName } from './preferences';

/** Words of each choice, for menus. */
export const preferenceWords: { readonly [N in PreferenceName]: Readonly<Record<Preference<N>, string>> } = {
  theme: { system: 'As the system', light: 'Light', dark: 'Dark' },
  density: { compact: 'Compact rows', comfortable: 'Comfortable rows' },
  times: { relative: 'Relative', local: 'Exact, in my zone', utc: 'Exact, in UTC' },
};
