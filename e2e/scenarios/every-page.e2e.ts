import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Build } from '@cooperage/contracts';
import { freshPages, galleryPages } from '@cooperage/e2e/browser';
import { describe, expect, it } from 'vitest';
import { everyPage } from './shared/every-page.js';

const routesFolder = path.resolve(import.meta.dirname, '../../apps/web/src/app');

describe('every page', () =>
  everyPage(0, (filled) => {
    it('is examined and drawn: none is missing in the gallery', () => {
      const shown = [freshPages, ...Object.values(galleryPages)].flat().map((page) => page.path(filled.gallery));
      const missing = routes().filter((route) => !shown.some((address) => patternOf(route).test(address)));
      expect(missing).toEqual([]);
    });

    it('leaves a log that the API gives, however the build ended [A coolify#5900]', async () => {
      const { api } = filled.product;
      const { succeeded, failed, canceled, timedOut } = filled.gallery;
      const log = async ({ id, status }: Build) => {
        const answer = await api.send('GET', `/api/v1/builds/${id}/log?format=text`);
        return `${status}: ${(await answer.text()).split('\n').find((line) => /begun|error TS2322|chestnut/.test(line))}`;
      };
      expect(await Promise.all([succeeded, failed, canceled, timedOut].map(log))).toEqual([
        'succeeded: chestnut',
        expect.stringContaining('failed: \u001b[31msrc/api.ts(12,7): error TS2322'),
        'canceled: begun',
        'timed_out: begun',
      ]);
    });
  }));

/** Addresses of all pages, as the folders of the pages say: `/p/[org]/[project]`. */
function routes(): string[] {
  return readdirSync(routesFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'page.tsx')
    .map((file) => `/${path.dirname(file)}`.replaceAll(/\/(?:\([^)]*\)|\.)/g, '') || '/');
}

/** A part that the address fills in is a segment; parts that are named win over it, as they do for the router. */
function patternOf(route: string): RegExp {
  return new RegExp(`^${route.replaceAll(/\[[^\]]+\]/g, '(?!new$|compare$)[^/?#]+')}(?:[?#]|$)`);
}
