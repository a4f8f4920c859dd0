import 'server-only';
import {
  foundImageSchema,
  imageFactsSchema,
  imageSchema,
  imageSummarySchema,
  keptTagSchema,
  signaturesSchema,
  tagMoveSchema,
  tagSchema,
  tagUseSchema,
} from '@cooperage/contracts';
import { cache } from 'react';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

interface ImagesWanted {
  readonly q: string | null;
  readonly cursor: string | null;
}

export const imagesAddress = (projectId: string, wanted: ImagesWanted): string =>
  withQuery(`/projects/${projectId}/images`, { ...wanted });

export const loadImages = (projectId: string, wanted: ImagesWanted) =>
  readPage(imagesAddress(projectId, wanted), imageSummarySchema);

export const loadNewestImage = cache((projectId: string) =>
  readPage(withQuery(`/projects/${projectId}/images`, { limit: 1 }), imageSummarySchema),
);

export const loadImage = cache((projectId: string, digest: string) =>
  read(`/projects/${projectId}/images/${digest}`, imageSchema),
);

export const loadSignatures = cache((projectId: string, digest: string) =>
  read(`/projects/${projectId}/images/${digest}/signatures`, signaturesSchema),
);

export const loadTags = (projectId: string) => readPage(`/projects/${projectId}/tags?limit=100`, tagSchema);

export const loadTagUse = (projectId: string) => read(`/projects/${projectId}/tag-use`, tagUseSchema);

export const loadKeptTags = (projectId: string) =>
  readPage(`/projects/${projectId}/kept-tags?limit=100`, keptTagSchema);

/** Of the whole project, or those that one image came or went by. */
export const loadTagMoves = (projectId: string, digest?: string) =>
  readPage(withQuery(`/projects/${projectId}/tag-moves`, { limit: 20, digest }), tagMoveSchema);

export const loadImageFacts = (projectId: string, digest: string) =>
  read(`/projects/${projectId}/images/${digest}/facts`, imageFactsSchema);

export const allImagesAddress = (query: { q: string | null; cursor: string | null; project?: string }): string =>
  withQuery('/images', query);

export const loadAllImages = (query: Parameters<typeof allImagesAddress>[0]) =>
  readPage(allImagesAddress(query), foundImageSchema);
