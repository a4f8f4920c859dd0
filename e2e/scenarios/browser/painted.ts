import type { Visitor } from '@cooperage/e2e/browser';

/** Opens a page without its scripts, as a slow line does for a while. @returns what lets them come */
export async function painted(visitor: Visitor, path: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  await visitor.page.route('**/_next/static/**/*.js*', async (route) => {
    await held.promise;
    await route.continue();
  });
  await visitor.page.goto(path, { waitUntil: 'commit' });
  return async () => {
    held.resolve();
    await visitor.alive();
  };
}
