/** One thing that the palette offers. */
export interface Command {
  /** Unlike any other's in the list. */
  readonly id: string;
  readonly group: 'This page' | 'Pages' | 'Projects' | 'Builds' | 'Images' | 'Actions';
  readonly label: string;
  /** What tells it from its neighbours, in smaller letters. */
  readonly hint?: string;
  /** Keys that do the same without the palette. */
  readonly keys?: readonly string[];
  readonly act: Act;
}

export type Act = { readonly kind: 'go'; readonly href: string } | { readonly kind: 'run'; run(): void };

/** How many of a group are shown before anything is typed. */
const mostUnasked = 8;

/**
 * Commands that have every typed word, those that begin with them first; otherwise in their order. Nothing typed is all of
 * them, a few of each group.
 */
export function matchCommands(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return fewOfEach(commands);
  const ranked = commands.flatMap((command) => {
    const rank = rankOf(`${command.label} ${command.hint ?? ''}`.toLowerCase(), words);
    return rank === null ? [] : [{ command, rank }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ command }) => command);
}

/** 0 where it begins with the first word, 1 where each word begins a word of it, 2 where they are only inside. */
function rankOf(subject: string, words: readonly string[]): number | null {
  if (!words.every((word) => subject.includes(word))) return null;
  if (subject.startsWith(words[0]!)) return 0;
  const parts = subject.split(/[\s/:·-]+/);
  return words.every((word) => parts.some((part) => part.startsWith(word))) ? 1 : 2;
}

function fewOfEach(commands: readonly Command[]): Command[] {
  const counts = new Map<string, number>();
  return commands.filter(({ group }) => {
    const count = (counts.get(group) ?? 0) + 1;
    counts.set(group, count);
    return count <= mostUnasked || group === 'Pages';
  });
}

/** Neighbours of one group together, in the order in which the groups first appear. */
export function byGroup(commands: readonly Command[]): { readonly group: string; readonly commands: Command[] }[] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return [...groups].map(([group, members]) => ({ group, commands: members }));
}
