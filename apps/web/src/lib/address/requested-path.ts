/** Header that `proxy.ts` sets on every request, over whatever a caller sent: the address that the person asked for. */
export const requestedPathHeader = 'x-cooperage-path';
