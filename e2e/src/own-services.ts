import { databaseRoleUrls } from '@cooperage/testing';

/** The addresses by which each role connects, through another port. */
export function roleUrls(databaseUrl: string, port: string): ReturnType<typeof databaseRoleUrls> {
  const urls = Object.entries(databaseRoleUrls(databaseUrl)).map(([role, text]) => {
    const url = new URL(text);
    url.port = port;
    return [role, url.href];
  });
  return Object.fromEntries(urls) as ReturnType<typeof databaseRoleUrls>;
}
