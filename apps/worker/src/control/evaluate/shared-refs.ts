import type { RemoteRefs, Source, SourceProject } from '@cooperage/source';

interface Conversation {
  readonly beganAt: number;
  readonly answer: Promise<RemoteRefs>;
}

/** What was read longer ago is read again, whatever waits. */
const longestMs = 30_000;
/** Answers that are kept at a time, and the largest of them in memory: what is larger is read for each delivery. */
const mostKept = 32;
const mostBytes = 1024 * 1024;

/**
 * One conversation with a git host answers every delivery of a project that was waiting when it began. A burst of a thousand
 * deliveries of one project asks its host a few times, also where the host does not answer. A delivery that came later
 * may tell of a later push, so it gets a conversation of its own.
 */
export class SharedRefs {
  private readonly known = new Map<string, Conversation>();

  constructor(
    private readonly source: Pick<Source, 'refs'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param since when the delivery could be taken, by this process's clock, milliseconds. @throws {BuildFailure} */
  refs(project: SourceProject, since: number): Promise<RemoteRefs> {
    const key = `${project.id} ${project.remoteUrl}`;
    const before = this.known.get(key);
    if (before && before.beganAt >= since && this.now() - before.beganAt < longestMs) return before.answer;
    const conversation = { beganAt: this.now(), answer: this.source.refs(project) };
    this.keep(key, conversation);
    conversation.answer.then(
      ({ heldBytes }) => heldBytes > mostBytes && this.forget(key, conversation),
      () => undefined,
    );
    return conversation.answer;
  }

  private keep(key: string, conversation: Conversation): void {
    this.known.delete(key);
    this.known.set(key, conversation);
    const [oldest] = this.known.keys();
    if (this.known.size > mostKept) this.known.delete(oldest!);
    setTimeout(() => this.forget(key, conversation), longestMs).unref();
  }

  private forget(key: string, conversation: Conversation): void {
    if (this.known.get(key) === conversation) this.known.delete(key);
  }
}
