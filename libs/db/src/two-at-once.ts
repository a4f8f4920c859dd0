const atOnce = 2;

/**
 * Asks for each item, two at a time: a person in many organizations takes no more connections than others. One failure fails all.
 * @returns the answers in the order of the items
 */
export async function twoAtOnce<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const left = items.entries();
  const askNext = async () => {
    for (const [at, item] of left) answers[at] = await ask(item);
  };
  await Promise.all(Array.from({ length: atOnce }, askNext));
  return answers;
}
