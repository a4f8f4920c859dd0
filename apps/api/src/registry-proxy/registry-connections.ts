import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Logger } from '@cooperage/telemetry';
import { endConnection, type PassedRequest } from './caller.js';
import { answerError, unavailable } from './registry-answers.js';

/** A new connection for each request would use up the ports of this machine. */
const agentOptions = { keepAlive: true, maxFreeSockets: 256 };

export interface Asking {
  readonly headers: OutgoingHttpHeaders;
  /** How long the registry may say nothing, in milliseconds. */
  readonly silentMs: number;
  readonly onAnswer: (answer: IncomingMessage, asked: ClientRequest) => void;
}

/** Connections to the registry. */
export class RegistryConnections {
  private readonly origin: URL;
  private readonly agent: HttpAgent;

  constructor(
    { host, insecure }: { readonly host: string; readonly insecure: boolean },
    private readonly logger: Logger,
  ) {
    this.origin = new URL(`${insecure ? 'http' : 'https'}://${host}`);
    this.agent = insecure ? new HttpAgent(agentOptions) : new HttpsAgent(agentOptions);
  }

  /**
   * Begins a request, whose body the caller of this method sends. When it fails, the client gets an error, or loses its connection
   * where its answer has begun.
   */
  ask(passed: PassedRequest, { headers, silentMs, onAnswer }: Asking): ClientRequest {
    const { request, response } = passed;
    const begin = this.origin.protocol === 'https:' ? httpsRequest : httpRequest;
    const { method, url: path } = request;
    const asked = begin(this.origin, { agent: this.agent, method, path, headers, timeout: silentMs });
    const fail = (error: unknown) => {
      if (response.closed || request.socket.destroyed) return;
      this.logger.warn({ err: error, method }, 'request to the registry failed');
      answerError(response, unavailable);
    };
    let hasAnswer = false;
    asked.on('timeout', () => giveUp(passed, asked, 'the registry was silent for too long'));
    asked.on('error', (error) => {
      // The registry need not read all of a body that it refuses. An answer that breaks says so itself.
      if (!hasAnswer) fail(error);
    });
    asked.once('response', (answer) => {
      hasAnswer = true;
      try {
        onAnswer(answer, asked);
      } catch (error) {
        answer.destroy();
        fail(error);
      }
    });
    return asked;
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Ends a request to the registry. An answer that has begun must not look whole. */
export function giveUp(passed: PassedRequest, asked: ClientRequest, reason: string): void {
  if (passed.response.headersSent) endConnection(passed);
  asked.destroy(new Error(reason));
}
