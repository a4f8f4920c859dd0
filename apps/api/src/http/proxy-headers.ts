type Headers = Record<string, unknown>;

/** Headers of one connection (RFC 9110, 7.6.1). A proxy hands none of them on. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

export function isHopByHop(name: string): boolean {
  return hopByHop.includes(name);
}

/** @param drop is asked with the name in lower case */
export function withoutHeaders<Of extends Headers>(headers: Of, drop: (name: string) => boolean): Partial<Of> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !drop(name.toLowerCase()))) as Partial<Of>;
}
