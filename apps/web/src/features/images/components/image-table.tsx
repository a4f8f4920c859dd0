import type { ImageSummary } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { TagList, Verdict } from '@/features/builds/components/build-facts';
import { imagePath, type ProjectName, projectPath } from '@/lib/address/paths';
import { formatBytes } from '@/lib/format/bytes';
import { shortCommit, shortDigest } from '@/lib/format/names';

export function ImageTable({ project, images }: { project: ProjectName; images: readonly ImageSummary[] }) {
  return (
    <Table
      label="Images"
      head={
        <>
          <Th>Image</Th>
          <Th>Tags</Th>
          <Th wide>Signature</Th>
          <Th wide>Build</Th>
          <Th wide>Platforms</Th>
          <Th right wide>
            Size
          </Th>
          <Th right wide>
            Made
          </Th>
        </>
      }
    >
      {images.map((image) => (
        <tr key={image.digest} className={rowClass}>
          <Td>
            <Link href={imagePath(project, image.digest)} data-row className="hover:underline">
              <code title={image.digest} className="whitespace-nowrap">
                {shortDigest(image.digest)}
              </code>
            </Link>
            <div className="text-xs md:hidden">
              <Verdict verified={image.verified} />
            </div>
          </Td>
          <Td>
            <TagList tags={image.tags} more={image.moreTags} />
          </Td>
          <Td wide>
            <Verdict verified={image.verified} />
          </Td>
          <Td wide>
            {image.buildNumber !== null && (
              <Link href={`${projectPath(project)}/b/${image.buildNumber}`} className={textLinkClass}>
                #{image.buildNumber}
              </Link>
            )}{' '}
            {image.commit && <code className="text-text-3">{shortCommit(image.commit)}</code>}
          </Td>
          <Td wide>{image.platforms.join(', ')}</Td>
          <Td right wide className="whitespace-nowrap">
            {formatBytes(image.sizeBytes)}
          </Td>
          <Td right wide>
            <Moment at={image.createdAt} />
          </Td>
        </tr>
      ))}
    </Table>
  );
}
