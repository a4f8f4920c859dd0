import http from 'node:http';

/** @returns the status of a GET, undefined when nobody answers within a second. */
export function httpStatus(
  target: { readonly port: number; readonly host?: string } | { readonly socketPath: string },
  path: string,
) {
  return new Promise<number | undefined>((resolve) => {
    const request = http.get({ host: '127.0.0.1', ...target, path, timeout: 1000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });
}
