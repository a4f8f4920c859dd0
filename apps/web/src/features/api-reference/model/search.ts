import type { Operation } from './api-document';

export type Found = Pick<Operation, 'id' | 'method' | 'path' | 'group' | 'summary'>;

/** Operations in which each word of the question occurs, in whatever part. */
export function searchOperations<T extends Found>(operations: readonly T[], question: string): T[] {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter(({ method, path, group, summary }) => {
    const text = `${method} ${path} ${group} ${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function groupsOf<T extends Found>(operations: readonly T[]): { name: string; operations: T[] }[] {
  const groups = new Map<string, T[]>();
  for (const operation of operations) groups.set(operation.group, [...(groups.get(operation.group) ?? []), operation]);
  return [...groups].map(([name, members]) => ({ name, operations: members }));
}
