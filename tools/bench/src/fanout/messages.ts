/** How a side sends lines to its viewers. */
export type Transport = 'ours' | 'socket.io' | 'ws';

/** To the process of the viewers: whom to connect to. */
export interface ViewersOrder {
  readonly transport: Transport;
  readonly url: string;
  readonly viewers: number;
  /** So many of them connect and then do not read. */
  readonly stuck: number;
  /** Ours only. */
  readonly origin: string;
  /** Sessions of several people, each with a part of the viewers: one person has a bound of open pages. */
  readonly cookies: readonly string[];
  readonly buildId: string;
}

/** From it: all are connected, or how many lines each of those that read has by now, and whether they came in order. */
export type ViewersReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'counts'; readonly lines: readonly number[]; readonly inOrder: boolean };

/** To the process of a peer: send so many lines, so many in a second. */
export interface PeerOrder {
  readonly lines: number;
  readonly linesPerSecond: number;
}

/** Lines of one frame of the peer that sends frames, and of ours as far as they come at once. */
const linesOfFrame = 50;

/** As long as lines of builds are. */
export function lineOf(number: number): string {
  return `${String(number).padStart(8, '0')} compiled src/area/part.ts in 12 ms, 34567 bytes, and went on with the next`;
}

/** The number at the beginning of a line. */
export function numberOf(line: string): number {
  return Number(line.slice(0, 8));
}

/** Calls `send` with the numbers of the lines that are due, every 10 ms, until all are sent. */
export async function paced(
  { lines, linesPerSecond }: PeerOrder,
  send: (first: number, count: number) => void,
): Promise<void> {
  const begunMs = performance.now();
  for (let sent = 0; sent < lines; ) {
    const due = Math.min(lines, Math.floor(((performance.now() - begunMs) / 1000) * linesPerSecond));
    for (; sent < due; sent += Math.min(linesOfFrame, due - sent)) send(sent, Math.min(linesOfFrame, due - sent));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
