import type { SeenChange } from '../../world/build-watch.js';

/** A part of the road and how long it took. */
export interface Span {
  readonly name: string;
  readonly ms: number;
}

interface Start {
  readonly postedAtMs: number;
  readonly acceptedAtMs: number;
}

/** What lies between the announcement that has this status and phase, and the next one. */
const names: Readonly<Record<string, string>> = {
  queued: 'dispatch, queue, claim',
  'running fetch': 'builder: source, request',
  'running build': 'builder: Solve up to the push',
  'running push': 'builder: push, record, steps, log',
  'running inspect': 'control: inspect and mount',
  'running sign': 'control: sign and attach',
  'running verify': 'control: verify, gate',
  'running publish': 'control: tags, succeed',
};

/**
 * The road of one build in its parts, from the moments at which changes were announced. Two announcements of one phase
 * in a row are that phase's end: what follows is a hand-over.
 */
export function spansOf({ postedAtMs, acceptedAtMs }: Start, changes: readonly SeenChange[]): Span[] {
  const [first] = changes;
  if (!first) return [];
  const spans = [
    { name: 'intake: POST to 202', ms: acceptedAtMs - postedAtMs },
    { name: 'control: evaluate (refs, fetch, rules)', ms: first.atMs - acceptedAtMs },
  ];
  for (let at = 1; at < changes.length; at++) {
    const [change, next] = [changes[at - 1]!, changes[at]!];
    const isAgain = at > 1 && keyOf(changes[at - 2]!) === keyOf(change);
    spans.push({ name: isAgain ? 'control: take, load' : nameOf(change), ms: next.atMs - change.atMs });
  }
  return spans;
}

function nameOf(change: SeenChange): string {
  const key = keyOf(change);
  return names[key] ?? key;
}

function keyOf({ status, phase }: SeenChange): string {
  return phase === null ? status : `${status} ${phase}`;
}
