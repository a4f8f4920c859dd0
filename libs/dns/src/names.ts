import { Resolver } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { fromHostsFile } from './hosts-file.js';

export interface NameOptions {
  /** Name servers as `address:port`; those of the system if nothing is said. */
  readonly servers?: readonly string[];
  /** File by whose change the name servers of the system are read anew. */
  readonly resolverFile?: string;
  readonly hostsFile?: string;
  /** Milliseconds that one name server has for an answer, each of two times. */
  readonly timeoutMs?: number;
  /** Milliseconds for which an answer is given again. */
  readonly keptMs?: number;
}

const mostKept = 1_000;

/** Looks names up without a thread of the process, each once for all who ask at a time. */
export class Names {
  private resolver: Resolver | undefined;
  private resolverFileMs: number | undefined;
  private readonly keptMs: number;
  private readonly answers = new Map<string, { readonly answer: Promise<readonly string[]>; endsMs: number }>();

  constructor(private readonly options: NameOptions = {}) {
    this.keptMs = options.keptMs ?? 5_000;
  }

  /**
   * All addresses of a name, at least one; first those of the family in which this machine has an address itself, IPv4 before IPv6.
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
    const local = await fromHostsFile(this.options.hostsFile ?? '/etc/hosts', name);
    if (local.length > 0) return local;
    const resolver = await this.presentResolver();
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const families = hasAddressOf('IPv4') ? [four, six] : [six, four];
    const found = families.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  }

  /** A resolver knows the name servers of the time when it was made. */
  private async presentResolver(): Promise<Resolver> {
    const { servers, timeoutMs = 3_000, resolverFile = '/etc/resolv.conf' } = this.options;
    const changedMs = (await stat(resolverFile).catch(() => undefined))?.mtimeMs;
    if (this.resolver && changedMs === this.resolverFileMs) return this.resolver;
    this.resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers) this.resolver.setServers(servers);
    this.resolverFileMs = changedMs;
    return this.resolver;
  }
}

function hasAddressOf(family: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some((address) => address.family === family && !address.internal),
  );
}

/** For the whole process: who asks for one name shares its answer. */
export const publicNames = new Names();
