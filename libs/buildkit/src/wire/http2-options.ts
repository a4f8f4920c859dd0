import type { ClientSessionOptions, ServerSessionOptions, Settings } from 'node:http2';

const mebibyte = 1024 * 1024;

/**
 * `initialWindowSize`: a step that prints megabytes, on an engine some milliseconds away, must not wait for a window
 * update after every 64 KiB. `maxHeaderListSize`: trailers of a failed build carry the Dockerfile, and file requests
 * carry one header for each COPY source.
 */
const settings: Settings = { initialWindowSize: 4 * mebibyte, maxHeaderListSize: 16 * mebibyte };

const common = { settings, maxSessionMemory: 256, maxHeaderListPairs: 100_000 };

export const clientOptions: ClientSessionOptions = common;
export const serverOptions: ServerSessionOptions = common;
export const connectionWindowBytes = 16 * mebibyte;
