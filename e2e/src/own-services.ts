import { databaseRoleUrls, services } from '@cooperage/testing';

/** The Redis of one product: one of sixteen databases. Test files that run at the same time never have the same. */
export function ownRedisUrl(): string {
  const lane = Number(process.env.VITEST_POOL_ID ?? 0) % 2;
  return `${services().redisUrl}/${1 + 2 * Math.floor(Math.random() * 7) + lane}`;
}

/** The addresses by which each role connects, through another port. */
export async function roleUrls(databaseUrl: string, port: string): ReturnType<typeof databaseRoleUrls> {
  const urls = Object.entries(await databaseRoleUrls(databaseUrl)).map(([role, text]) => {
    const url = new URL(text);
    url.port = port;
    return [role, url.href];
  });
  return Object.fromEntries(urls);
}
