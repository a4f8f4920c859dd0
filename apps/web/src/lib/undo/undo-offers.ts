import type { ProblemView, Result } from '../api/problem';

/** How long an act can be taken back, in milliseconds. */
export const undoMs = 8000;

export interface Offer {
  readonly id: number;
  /** What was done, as a sentence without its full stop: `The rule “main” is switched off`. */
  readonly done: string;
  readonly state: 'open' | 'undoing' | 'undone' | 'failed';
  readonly problem: ProblemView | null;
}

export interface Clock {
  /** @returns a function that cancels */
  after(ms: number, run: () => void): () => void;
}

interface Entry {
  offer: Offer;
  readonly undo: () => Promise<Result<unknown>>;
  cancelTimer: () => void;
}

/** What was done a moment ago and can still be taken back, newest first. One for a tab, so that an offer outlives a change of pages. */
export class UndoOffers {
  private entries: readonly Entry[] = [];
  private offers: readonly Offer[] = [];
  private readonly listeners = new Set<() => void>();
  private nextId = 1;
  private held = false;

  constructor(private readonly clock: Clock) {}

  readonly current = (): readonly Offer[] => this.offers;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** @param undo takes the act back; asked at most once more after it failed */
  add(done: string, undo: () => Promise<Result<unknown>>): void {
    const offer: Offer = { id: this.nextId++, done, state: 'open', problem: null };
    const entry: Entry = { offer, undo, cancelTimer: () => undefined };
    this.entries = [entry, ...this.entries];
    this.endLater(entry);
    this.tell();
  }

  /** While somebody reads an offer none of them goes away. */
  hold(held: boolean): void {
    if (this.held === held) return;
    this.held = held;
    for (const entry of this.entries) {
      entry.cancelTimer();
      if (!held && entry.offer.state !== 'undoing') this.endLater(entry);
    }
  }

  async takeBack(id: number): Promise<void> {
    const entry = this.entries.find(({ offer }) => offer.id === id);
    if (!entry || entry.offer.state === 'undoing' || entry.offer.state === 'undone') return;
    entry.cancelTimer();
    this.change(entry, { state: 'undoing', problem: null });
    const result = await entry.undo();
    this.change(entry, result.ok ? { state: 'undone' } : { state: 'failed', problem: result.problem });
    this.endLater(entry);
  }

  dismiss(id: number): void {
    this.entries.find(({ offer }) => offer.id === id)?.cancelTimer();
    this.entries = this.entries.filter(({ offer }) => offer.id !== id);
    this.tell();
  }

  private endLater(entry: Entry): void {
    entry.cancelTimer();
    if (!this.held) entry.cancelTimer = this.clock.after(undoMs, () => this.dismiss(entry.offer.id));
  }

  private change(entry: Entry, change: Partial<Offer>): void {
    entry.offer = { ...entry.offer, ...change };
    this.tell();
  }

  private tell(): void {
    this.offers = this.entries.map(({ offer }) => offer);
    for (const listener of this.listeners) listener();
  }
}
