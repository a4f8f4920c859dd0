/** One shortcut: keys pressed one after the other, and what it does in words. */
export interface KeyBinding {
  readonly keys: readonly string[];
  readonly label: string;
}

export interface NavigationKey extends KeyBinding {
  readonly href: string;
}

/** The pages of the rail, in its order. An entry stands here from the moment that its page exists. */
export const navigationKeys: readonly NavigationKey[] = [
  { keys: ['g', 'o'], label: 'Overview', href: '/' },
  { keys: ['g', 'p'], label: 'Projects', href: '/projects' },
  { keys: ['g', 'b'], label: 'Builds', href: '/builds' },
  { keys: ['g', 'i'], label: 'Images', href: '/images' },
  { keys: ['g', 'n'], label: 'Insights', href: '/insights' },
  { keys: ['g', 'w'], label: 'Workers', href: '/workers' },
  { keys: ['g', 't'], label: 'Trust', href: '/trust' },
  { keys: ['g', 'h'], label: 'Webhooks', href: '/webhooks' },
  { keys: ['g', 'a'], label: 'Audit', href: '/audit' },
  { keys: ['g', 's'], label: 'Settings', href: '/settings' },
];

/** Pages that are a part of another one's subject: in the palette and the account menu, not in the rail. */
export const furtherPages: readonly { readonly label: string; readonly href: string }[] = [
  { label: 'Account', href: '/account' },
  { label: 'Members', href: '/members' },
  { label: 'Usage', href: '/usage' },
  { label: 'Tokens', href: '/tokens' },
  { label: 'New project', href: '/projects/new' },
  { label: 'API reference', href: '/reference' },
];

export const listKeys: readonly KeyBinding[] = [
  { keys: ['j'], label: 'Next row' },
  { keys: ['k'], label: 'Previous row' },
  { keys: ['Enter'], label: 'Open the row' },
  { keys: ['o'], label: 'Look into the row’s build without leaving' },
  { keys: ['x'], label: 'Select the row, where rows can be selected' },
  { keys: ['Ctrl', 'K'], label: 'Search pages, projects, builds, images and actions' },
  { keys: ['d'], label: 'Compare two selected builds' },
  { keys: ['?'], label: 'This list' },
  { keys: ['Esc'], label: 'Close what is open, else one level back' },
];
