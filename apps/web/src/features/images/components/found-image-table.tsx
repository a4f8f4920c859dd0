import type { FoundImage } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { TagList } from '@/features/builds/components/build-facts';
import { imagePath, projectPath } from '@/lib/address/paths';
import { classes } from '@/lib/classes';
import { formatBytes } from '@/lib/format/bytes';
import { shortDigest } from '@/lib/format/names';
import { verdictLooks } from '../model/verdict';

/** Images of several projects. */
export function FoundImageTable({ images }: { images: readonly FoundImage[] }) {
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
        </>
      }
    >
      {images.map((image) => {
        const project = { organizationSlug: image.organizationSlug, slug: image.projectSlug };
        return (
          <tr key={`${image.projectId} ${image.digest}`} className={rowClass}>
            <Td>
              <Link href={imagePath(project, image.digest)} data-row className="block hover:underline">
                <span className="block text-text-2">{image.projectSlug}</span>
                <code title={image.digest} className="whitespace-nowrap">
                  {shortDigest(image.digest)}
                </code>
              </Link>
              <div className="md:hidden">
                <VerdictWords image={image} />
              </div>
            </Td>
            <Td>
              <TagList tags={image.tags} more={image.moreTags} />
            </Td>
            <Td wide>
              <VerdictWords image={image} />
            </Td>
            <Td wide>
              {image.buildNumber !== null && (
                <Link href={`${projectPath(project)}/b/${image.buildNumber}`} className={textLinkClass}>
                  #{image.buildNumber}
                </Link>
              )}
            </Td>
            <Td wide>{image.platforms.join(', ')}</Td>
            <Td right wide className="whitespace-nowrap">
              {formatBytes(image.sizeBytes)}
            </Td>
          </tr>
        );
      })}
    </Table>
  );
}

/** The verdict and how old it is: a signature that nobody has looked at for long proves little. */
function VerdictWords({ image }: { image: Pick<FoundImage, 'verdict' | 'verifiedAt'> }) {
  const look = verdictLooks[image.verdict ?? 'unchecked'];
  const tone = look.tone.split(' ').find((name) => name.startsWith('text-'));
  return (
    <>
      <span className={classes(tone, 'block whitespace-nowrap')}>
        <span aria-hidden>{look.sign}</span> {look.words}
      </span>
      {image.verifiedAt && (
        <span className="text-xs text-text-2">
          <Moment at={image.verifiedAt} />
        </span>
      )}
    </>
  );
}
