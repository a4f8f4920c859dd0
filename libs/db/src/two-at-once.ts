const atOnce = 2;

/**
 * Asks for each item, two at a time: a person in many organizations takes no more connections than others. One failure fails all:
 * nothing more is asked then, and the answer under way is awaited, so that all has ended when this has.
 * @returns the answers in the order of the items
 */
export async function twoAtOnce<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const left = items.entries();
  let hasFailed = false;
  const askNext = async () => {
    try {
      for (const [at, item] of left) {
        if (hasFailed) return;
        answers[at] = await ask(item);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const asked = await Promise.allSettled(Array.from({ length: atOnce }, askNext));
  for (const each of asked) if (each.status === 'rejected') throw each.reason;
  return answers;
}
