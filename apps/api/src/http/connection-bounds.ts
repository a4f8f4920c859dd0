/** TCP connections of a server of ours. Where they are full, one gives way by the address that it comes from. */
export const maxConnections = 8_192;

/**
 * Behind a TLS proxy all connections have its address, so that rule can tell nobody apart. Two rules know the forwarded address, one for live
 * connections and one for requests. Together they leave some connections over, so each of them is met before the server refuses anybody
 * (R18A-1, R19A-1). Those that are over are idle, or their heads are on the way.
 *
 * Live connections of one `api`. They stay for hours and are never idle.
 */
export const maxTunnels = 3_072;

/** Requests under way, from their heads until their answers have left. The intake has a bound of its own below, and answers 503 there. */
export const maxRequests = 4_608;

/** The same of `registry-proxy`, which has no live connections. Blobs have a bound of their own among them. */
export const maxPassedRequests = 6_144;

/** Of one `live`, to which two of `api` may pass theirs on. The last ones are told that there is no room. */
export const maxLiveConnections = maxConnections - 192;
