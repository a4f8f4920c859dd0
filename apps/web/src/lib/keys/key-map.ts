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

/** A half-typed sequence is forgotten after this long, in milliseconds. */
const sequenceMs = 1200;

export type KeyEffect =
  | { readonly kind: 'go'; readonly href: string }
  | { readonly kind: 'row'; readonly step: 1 | -1 }
  | { readonly kind: 'help' }
  /** The row that has the focus is selected, or no longer. */
  | { readonly kind: 'select' }
  | { readonly kind: 'back' }
  /** A control of the page that carries this key presses itself. */
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'none' };

export interface KeyState {
  readonly pending: string | null;
  readonly atMs: number;
}

export const noKeys: KeyState = { pending: null, atMs: 0 };

/** What one key press means. Pure: the page's controls are found by whoever carries the effect out. */
export function pressKey(state: KeyState, key: string, atMs: number): { state: KeyState; effect: KeyEffect } {
  const pending = state.pending !== null && atMs - state.atMs <= sequenceMs ? state.pending : null;
  if (pending !== null) {
    const target = navigationKeys.find((binding) => binding.keys[0] === pending && binding.keys[1] === key);
    if (target) return { state: noKeys, effect: { kind: 'go', href: target.href } };
  }
  if (key === 'g') return { state: { pending: 'g', atMs }, effect: { kind: 'none' } };
  return { state: noKeys, effect: singleKey(key) };
}

function singleKey(key: string): KeyEffect {
  if (key === 'j') return { kind: 'row', step: 1 };
  if (key === 'k') return { kind: 'row', step: -1 };
  if (key === 'x') return { kind: 'select' };
  if (key === '?') return { kind: 'help' };
  if (key === 'Escape') return { kind: 'back' };
  return key.length === 1 ? { kind: 'press', key } : { kind: 'none' };
}

/** Index of the row to go to; from nowhere `j` goes to the first and `k` to the last. */
export function nextRow(current: number, step: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (current === -1) return step === 1 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, current + step));
}
