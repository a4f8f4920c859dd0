import 'server-only';

/**
 * Base address of the REST API inside the installation, without a trailing slash. The only setting that pages need, and
 * this file is the only reader of the environment in the web app.
 * @throws {Error} when `COOPERAGE_API_URL` is missing or no http address.
 */
export function apiUrl(): string {
  const value = process.env.COOPERAGE_API_URL ?? '';
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error('COOPERAGE_API_URL must be the http address at which the api process answers');
  }
  return value.replace(/\/+$/, '');
}

/** React's development build needs `eval` and inline styles; nothing else may ever have them. */
export const isDevelopment = process.env.NODE_ENV === 'development';
