import { isLoopbackHost } from './formats/network.js';

/** A registry as people see it: `host` or `host:port`, and whether it is spoken to without TLS. */
export interface NamedRegistry {
  readonly host: string;
  readonly insecure: boolean;
}

/** By which name images are pulled from outside. Without a name of its own it is the one that our processes use. */
export function publicRegistry({
  host,
  insecure,
  publicHost,
}: NamedRegistry & { readonly publicHost: string | null }): NamedRegistry {
  if (publicHost === null) return { host, insecure };
  return { host: publicHost, insecure: isLoopbackHost(publicHost.replace(/:\d+$/, '')) };
}
