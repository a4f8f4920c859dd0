import type { Image } from '@cooperage/contracts';
import type { ReactNode } from 'react';
import { Digest } from '@/components/ui/digest';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { mediaTypeWord, plainInstruction } from '../model/media-type';
import { RawDocument } from './raw-document';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Index → manifest → config and layers, each by digest and size, as the registry has them. */
export function DescriptorTree({ projectId, image }: { projectId: string; image: Image }) {
  const raw = (digest: string): string => `/projects/${projectId}/blobs/${digest}`;
  const manifests = image.manifests.map((manifest) => (
    <Node
      key={manifest.descriptor.digest}
      descriptor={manifest.descriptor}
      raw={raw}
      note={manifest.attests ? 'attestation' : manifest.platform}
    >
      <Node descriptor={manifest.config} raw={raw} />
      {manifest.layers.map((layer, index) => (
        <Node
          key={`${index} ${layer.digest}`}
          descriptor={layer}
          note={layer.createdBy === null ? null : plainInstruction(layer.createdBy)}
        />
      ))}
    </Node>
  ));
  return (
    <ul className="px-3 py-2">
      {image.index ? (
        <Node descriptor={image.index.descriptor} raw={raw}>
          {manifests}
        </Node>
      ) : (
        manifests
      )}
    </ul>
  );
}

interface NodeProps {
  readonly descriptor: Descriptor;
  readonly note?: string | null;
  /** Set for JSON documents: where the bytes are. */
  readonly raw?: (digest: string) => string;
  readonly children?: ReactNode;
}

function Node({ descriptor, note, raw, children }: NodeProps) {
  return (
    <li>
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 text-sm">
        <span className="w-20 text-text-2" title={descriptor.mediaType}>
          {mediaTypeWord(descriptor.mediaType)}
        </span>
        <Digest value={descriptor.digest} />
        <span className="text-text-2 tabular-nums">{formatBytes(descriptor.sizeBytes)}</span>
        {raw && <RawDocument address={raw(descriptor.digest)} digest={descriptor.digest} />}
        {note && <code className="min-w-0 flex-1 basis-40 truncate text-text-3">{visibleText(note)}</code>}
      </div>
      {children && <ul className="ml-2 border-l border-line pl-3">{children}</ul>}
    </li>
  );
}
