import { Resolver } from 'node:dns/promises';
import { fromHostsFile } from './hosts-file.js';

export interface NameOptions {
  /** Name servers as `address:port`; those of the system if nothing is said. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
  /** Milliseconds that one name server has for an answer, each of two times. */
  readonly timeoutMs?: number;
  /** Milliseconds for which an answer is given again. */
  readonly keptMs?: number;
}

const mostKept = 1_000;

/** Looks names up without a thread of the process, each once for all who ask at a time. */
export class Names {
  private readonly resolver: Resolver;
  private readonly hostsFile: string;
  private readonly keptMs: number;
  private readonly answers = new Map<string, { readonly answer: Promise<readonly string[]>; endsMs: number }>();

  constructor({ servers, hostsFile = '/etc/hosts', timeoutMs = 3_000, keptMs = 5_000 }: NameOptions = {}) {
    this.resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers) this.resolver.setServers(servers);
    this.hostsFile = hostsFile;
    this.keptMs = keptMs;
  }

  /**
   * All addresses of a name, at least one, those of IPv4 first.
   * @throws {Error} with the `code` of `node:dns` (`ENOTFOUND`, `ETIMEOUT` …) where there is none
   */
  addresses(name: string): Promise<readonly string[]> {
    const key = name.toLowerCase();
    const known = this.answers.get(key);
    if (known && known.endsMs > performance.now()) return known.answer;
    const asked = { answer: this.ask(key), endsMs: Number.POSITIVE_INFINITY };
    this.keep(key, asked);
    const ends = () => {
      asked.endsMs = performance.now() + this.keptMs;
    };
    asked.answer.then(ends, ends);
    return asked.answer;
  }

  private keep(key: string, asked: { readonly answer: Promise<readonly string[]>; endsMs: number }): void {
    this.answers.delete(key);
    this.answers.set(key, asked);
    const [oldest] = this.answers.keys();
    if (this.answers.size > mostKept && oldest !== undefined) this.answers.delete(oldest);
  }

  private async ask(name: string): Promise<readonly string[]> {
    const local = await fromHostsFile(this.hostsFile, name);
    if (local.length > 0) return local;
    const [four, six] = await Promise.allSettled([this.resolver.resolve4(name), this.resolver.resolve6(name)]);
    const found = [four, six].flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  }
}

/** For the whole process: who asks for one name shares its answer. */
export const publicNames = new Names();
