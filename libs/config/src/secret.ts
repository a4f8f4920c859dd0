import { inspect } from 'node:util';

const hidden = '[secret]';

/** A value that never shows itself: not in text, JSON, a log line or an inspected object. Ask for it with `reveal()`. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, and keep the result no longer than that. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
