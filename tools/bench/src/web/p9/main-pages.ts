import type { Product } from '@cooperage/e2e';
import { aFinishedBuild } from '../finished-build.js';

/** Addresses of the pages that people are on most, by their names in the findings. */
export async function mainPages(product: Product): Promise<Readonly<Record<'overview' | 'history' | 'log', string>>> {
  const { home, number } = await aFinishedBuild(product);
  return { overview: '/', history: home, log: `${home}/b/${number}` };
}
