'use client';

import { useState } from 'react';
import { FilesCard } from './files-card';
import { LayersCard } from './layers-card';

/** Layers and files of an image. They come after the page: nothing waits for a layer to be read. */
export function InsideImage({ projectId, digest }: { projectId: string; digest: string }) {
  const [layer, setLayer] = useState<number | null>(null);
  const address = `/projects/${projectId}/images/${digest}`;
  return (
    <>
      <LayersCard address={address} onOpen={setLayer} />
      <FilesCard key={layer ?? 'whole'} address={address} layer={layer} onWhole={() => setLayer(null)} />
    </>
  );
}
