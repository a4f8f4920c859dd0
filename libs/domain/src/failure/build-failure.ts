import { type FailureCode, failureEntry } from './catalogue.js';

/** Where in the user's files a failure happened. */
export interface FailurePlace {
  /** Path inside the repository, for example `Dockerfile`. */
  readonly file?: string;
  /** First line, counted from 1. */
  readonly line?: number;
  /** Last line, counted from 1. */
  readonly endLine?: number;
  /** The failing step's name as the builder prints it. */
  readonly step?: string;
  /** The failing step's id (BuildKit: vertex digest). */
  readonly stepId?: string;
  /** Exit code of the failing step's process. */
  readonly exitCode?: number;
}

/** The line that says why, of all that the failing step printed. */
export interface FailureLogLine {
  /** Inside the step, from 1. */
  readonly number: number;
  /** Without control characters, secrets masked, cut after some hundred characters. */
  readonly text: string;
}

/** A failure as it is stored and shown: the same object in page, API and commit status. */
export interface FailureReport {
  readonly code: FailureCode;
  /** One sentence for a person: what happened. Holds no path of the host, no secret. */
  readonly message: string;
  readonly place?: FailurePlace;
  readonly logLine?: FailureLogLine;
}

/** The only error that ends a build. Everything else that is thrown is a defect and becomes `InternalError`. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
  readonly code: FailureCode;
  readonly place: FailurePlace | undefined;

  constructor(code: FailureCode, message: string, options: { place?: FailurePlace; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.place = options.place;
  }

  get retryable(): boolean {
    return failureEntry(this.code).retryable;
  }

  report(): FailureReport {
    return { code: this.code, message: this.message, ...(this.place && { place: this.place }) };
  }
}
