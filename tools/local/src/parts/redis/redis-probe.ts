import { connect } from 'node:net';

/** @returns false also while the append-only file is read: PING is then answered by an error. */
export async function answersPing(port: number, password: string): Promise<boolean> {
  const answer = await converse({ host: '127.0.0.1', port }, [`AUTH ${password}`, 'PING']);
  return answer.includes('+PONG');
}

/**
 * @returns whether it says nothing, or that a script keeps it busy (`-BUSY`, after five seconds). Every other answer is a sign of life,
 * also an error: a full disk or a file that is being read goes on after a restart.
 */
export async function isSilent(port: number, password: string): Promise<boolean> {
  const answer = await converse({ host: '127.0.0.1', port }, [`AUTH ${password}`, 'PING']);
  return answer === '' || answer.includes('-BUSY');
}

/** @returns the version of the server at a `redis://` address, as `versionOfInfo` does; undefined when it does not answer. */
export async function redisVersion(address: string): Promise<string | undefined> {
  const url = new URL(address);
  const login = url.password === '' ? [] : [`AUTH ${[url.username, url.password].filter(Boolean).join(' ')}`];
  const target = { host: url.hostname, port: Number(url.port || 6379) };
  const answer = await converse(target, [...login, 'INFO server']);
  return versionOfInfo(answer);
}

/** Servers that speak the protocol of Redis, and name the version of Redis that they resemble beside their own. */
const RESEMBLING = { Valkey: 'valkey_version', Dragonfly: 'dragonfly_version' };

/** @returns a version of Redis as a number with dots, that of another server with its name in front: `Valkey 8.1.4`. */
export function versionOfInfo(answer: string): string | undefined {
  const fieldOf = (field: string) => new RegExp(`^${field}:(\\S+)`, 'm').exec(answer)?.[1];
  for (const [name, field] of Object.entries(RESEMBLING)) {
    const own = fieldOf(field);
    if (own !== undefined) return `${name} ${own}`;
  }
  return fieldOf('redis_version');
}

/** Sends inline commands of the Redis protocol, then QUIT, and returns all that came until the other side closed. */
function converse(target: { host: string; port: number }, commands: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, timeout: 1000 });
    let answer = '';
    socket.once('connect', () => socket.write([...commands, 'QUIT', ''].join('\r\n')));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.once('timeout', () => socket.destroy());
    // A refused or broken connection is answered by what came so far: nothing, or too little to be an answer.
    socket.once('error', () => {});
    socket.once('close', () => resolve(answer));
  });
}
