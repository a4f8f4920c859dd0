/** TCP connections of a server of ours. Where they are full, one gives way by the address that it comes from. */
export const maxConnections = 8_192;

/**
 * Live connections among them, of one `api`. They stay for hours and are never idle, and behind a TLS proxy all have its address. So they
 * have half: the rule that knows the forwarded address is met first, and requests always have the rest (R18A-1).
 */
export const maxTunnels = maxConnections / 2;

/** Of one `live`, to which two of `api` may pass theirs on. The last ones are told that there is no room. */
export const maxLiveConnections = maxConnections - 192;
