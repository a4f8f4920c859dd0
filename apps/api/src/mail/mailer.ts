import { visibleText } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { LOGGER } from '../app/logger.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text: nothing in it can be taken for markup. */
  readonly text: string;
}

export interface MailLimits {
  /** Time for the whole of a mail, from the look-up of the server's name on. */
  readonly wholeMs: number;
}

/** Whoever invites somebody waits for the mail, so it is shorter than a proxy's patience. */
export const usualMailLimits: MailLimits = { wholeMs: 20_000 };
export const MAIL_LIMITS = Symbol('MailLimits');

/** Of silence: a server that goes on sending something never reaches it. */
const silenceMs = 10_000;
/** For the server to close its side when we have closed ours; then the socket is destroyed. */
const closeMs = 1_000;

/** Sends mail where a server for it is configured. Nothing that matters depends on a mail's arrival. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly transport: Transporter | null;
  private readonly from: string;
  private readonly end = new AbortController();

  constructor(
    @Inject(API_SETTINGS) settings: Pick<ApiSettings, 'smtp'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(MAIL_LIMITS) private readonly limits: MailLimits,
  ) {
    this.transport = settings.smtp && transportTo(settings.smtp.url);
    this.from = settings.smtp?.from ?? '';
  }

  /** Whether mail can be sent at all. */
  get isConfigured(): boolean {
    return this.transport !== null;
  }

  /** @returns whether the mail server has taken it. */
  async send(mail: Mail): Promise<boolean> {
    return this.isConfigured && (await this.trySend(mail)) === null;
  }

  /** @returns null when the mail server has taken it, else why not, in words for an administrator. */
  async trySend({ to, subject, text }: Mail): Promise<string | null> {
    if (!this.transport) return 'no mail server is set';
    const tooLong = AbortSignal.timeout(this.limits.wholeMs);
    // Ends the connection as well: a request waits for it, and holds the slot of a person meanwhile.
    const signal = AbortSignal.any([this.end.signal, tooLong]);
    try {
      await this.transport.sendMail({ from: this.from, to: { name: '', address: to }, subject, text, signal });
      return null;
    } catch (error) {
      this.logger.warn({ err: error }, 'the mail server did not take a mail');
      if (this.end.signal.aborted) return 'this process ended';
      return tooLong.aborted ? `it was not done with the mail within ${this.limits.wholeMs / 1000} s` : reasonOf(error);
    }
  }

  onApplicationShutdown(): void {
    this.end.abort();
    this.transport?.close();
  }
}

function transportTo(address: string): Transporter {
  const url = new URL(address);
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return createTransport({
    url: address,
    // Links in our mails open accounts: between machines they travel encrypted or not at all.
    requireTLS: url.protocol === 'smtp:' && !isHere,
    ignoreTLS: isHere && url.protocol === 'smtp:',
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    socketCloseTimeout: closeMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** The server's own answer where there was one: it says what to change. Without it the kind of the failure. */
function reasonOf(error: unknown): string {
  const { response, code } = error as { response?: unknown; code?: unknown };
  if (typeof response === 'string') return visibleText(response, 300);
  return typeof code === 'string' ? code : 'it could not be reached';
}
