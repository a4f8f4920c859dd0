import type { RemoteRefs, Source, SourceProject } from '@cooperage/source';

interface Conversation {
  readonly beganAt: number;
  readonly answer: Promise<RemoteRefs>;
  /** Of the answer, once it is there. */
  bytes: number;
  forgotten?: NodeJS.Timeout;
}

/** What was read longer ago is read again, whatever waits. */
const longestMs = 30_000;
/**
 * A burst of many projects comes back to each of them once it was at all others: with few answers kept, each delivery would ask its
 * host anew. What is larger than `mostBytes` is read for each delivery.
 */
const mostKept = 4_096;
const mostBytesKept = 32 * 1024 * 1024;
const mostBytes = 1024 * 1024;

/**
 * One conversation with a git host answers every delivery of a project that was waiting when it began. A burst of a thousand
 * deliveries of one project asks its host a few times, also where the host does not answer. A delivery that came later
 * may tell of a later push, so it gets a conversation of its own.
 */
export class SharedRefs {
  private readonly known = new Map<string, Conversation>();
  private keptBytes = 0;

  constructor(
    private readonly source: Pick<Source, 'refs'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param since when the delivery could be taken, by this process's clock, milliseconds. @throws {BuildFailure} */
  refs(project: SourceProject, since: number): Promise<RemoteRefs> {
    const key = `${project.id} ${project.remoteUrl}`;
    const before = this.known.get(key);
    if (before && before.beganAt >= since && this.now() - before.beganAt < longestMs) return before.answer;
    const conversation: Conversation = { beganAt: this.now(), answer: this.source.refs(project), bytes: 0 };
    this.keep(key, conversation);
    conversation.answer.then(
      ({ heldBytes }) => this.weigh(key, conversation, heldBytes),
      () => undefined,
    );
    return conversation.answer;
  }

  private keep(key: string, conversation: Conversation): void {
    this.forget(key);
    this.known.set(key, conversation);
    // Nothing else refers to an answer that was forgotten.
    conversation.forgotten = setTimeout(() => this.forget(key), longestMs).unref();
    this.makeRoom();
  }

  private weigh(key: string, conversation: Conversation, bytes: number): void {
    if (this.known.get(key) !== conversation) return;
    conversation.bytes = bytes;
    this.keptBytes += bytes;
    if (bytes > mostBytes) this.forget(key);
    this.makeRoom();
  }

  private makeRoom(): void {
    for (const key of this.known.keys()) {
      if (this.known.size <= mostKept && this.keptBytes <= mostBytesKept) return;
      this.forget(key);
    }
  }

  private forget(key: string): void {
    const conversation = this.known.get(key);
    if (!conversation) return;
    this.known.delete(key);
    this.keptBytes -= conversation.bytes;
    clearTimeout(conversation.forgotten);
  }
}
