'use client';

import type { Layers } from '@cooperage/contracts';
import { useState } from 'react';
import type { Result } from '@/lib/api/problem';
import { FilesCard } from './files-card';
import { LayersCard } from './layers-card';
import { useAsked } from './use-asked';

const isReading = (result: Result<Layers>): boolean => result.ok && result.value.state === 'reading';

/** Layers and files of an image. They come after the page: nothing waits for a layer to be read. */
export function InsideImage({ projectId, digest }: { projectId: string; digest: string }) {
  const [layer, setLayer] = useState<number | null>(null);
  const address = `/projects/${projectId}/images/${digest}`;
  const layers = useAsked<Layers>(`${address}/layers`, isReading);
  return (
    <>
      <LayersCard asked={layers} onOpen={setLayer} />
      {layers?.ok && layers.value.state === 'complete' && (
        <FilesCard key={layer ?? 'whole'} address={address} layer={layer} onWhole={() => setLayer(null)} />
      )}
    </>
  );
}
