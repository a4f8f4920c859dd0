import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * The runtime that buildah starts its steps with. buildah copies what a step prints among its own words on the same
 * output, where nobody could tell them apart. So a step gets pipes of its own for the two streams, and the runtime says
 * in its place, with a mark that no step knows, which pipes they are. The step starts when they are open at the other end,
 * which is seen by their names being gone; nobody waits for a reader that has died.
 */
export function runtimeScript(runc: string, mark: string, readerPid = process.pid): string {
  return [
    '#!/bin/sh',
    `runc=${quote(runc)}`,
    'for name; do :; done',
    'pipes=$0.$name',
    'case " $* " in',
    '*" create "*)',
    '  mkfifo -m 600 "$pipes.1" "$pipes.2" || exit',
    '  exec 3<>"$pipes.1" 4<>"$pipes.2"',
    `  echo "${mark} $pipes"`,
    '  exec "$runc" "$@" 1>&3 2>&4 3>&- 4>&- ;;',
    '*" start "*)',
    `  while [ -e "$pipes.2" ] && kill -0 ${readerPid} 2>/dev/null; do sleep 0.01; done ;;`,
    'esac',
    'exec "$runc" "$@"',
    '',
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export interface Output {
  readonly stream: 1 | 2;
  readonly data: Uint8Array;
}

/**
 * Reads the pipes of a step until nobody holds their other end: the step has ended. `take` is called for one piece at a
 * time; while it works the step waits.
 */
export async function readStep(pipes: string, take: (output: Output) => Promise<void>): Promise<void> {
  const sockets = ([1, 2] as const).map((stream) => ({ stream, socket: openPipe(`${pipes}.${stream}`) }));
  for (const { stream } of sockets) unlinkSync(`${pipes}.${stream}`);
  let turn: Promise<void> = Promise.resolve();
  const reading = sockets.map(async ({ stream, socket }) => {
    for await (const data of socket) {
      turn = turn.then(() => take({ stream, data }));
      await turn;
    }
  });
  for (const result of await Promise.allSettled(reading)) if (result.status === 'rejected') throw result.reason;
}

/**
 * Opening for reading without waiting succeeds at once; the end is seen when the last writer has gone. The runtime has
 * opened the pipe before it said its name, and may have been killed since: without a writer that comes and goes after the
 * reader, the end would never be seen then.
 */
function openPipe(path: string): AsyncIterable<Uint8Array> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  return new Socket({ fd, readable: true, writable: false });
}
