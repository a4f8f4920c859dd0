/**
 * Connections that wait in the kernel until the process takes them. Node asks for 511 where it is told nothing. What comes on
 * top is half open: its sender believes that it is connected, sends, hears nothing, and is reset after seconds. The kernel
 * lowers this to its own `net.core.somaxconn`.
 */
const waitingConnections = 4_096;

/**
 * How a server of the product listens. Callers of a burst wait their turn and are then answered, with a refusal if need be.
 * For `localhost` Fastify opens a second server, for `::1`, and nobody has put bounds before that one (R15A-3). So it is one address.
 */
export function listenOptions({ host, port }: { readonly host: string; readonly port: number }) {
  return { host: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port, backlog: waitingConnections };
}
