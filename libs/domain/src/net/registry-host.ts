const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const longestName = 253;

/**
 * Whether a text is the address of a registry: a host name of RFC 1123 in lower case or an IPv4 address, and a port from 1 to
 * 65535 where it is not the usual one.
 */
export function isRegistryHost(text: string): boolean {
  const [, name = '', port] = /^([^:]*)(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  if (name.length > longestName || !name.split('.').every((part) => label.test(part))) return false;
  return port === undefined || Number(port) <= 65_535;
}
