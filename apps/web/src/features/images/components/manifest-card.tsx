import type { ImageManifest } from '@cooperage/contracts';
import { Bar } from '@/components/ui/bar';
import { Card, Fact, Facts } from '@/components/ui/card';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { formatBytes } from '@/lib/format/bytes';
import { shortDigest, visibleText } from '@/lib/format/names';
import { plainInstruction } from '../model/media-type';

/** One platform's image: its history beside the layers that it made, and its settings. */
export function ManifestCard({ manifest }: { manifest: ImageManifest }) {
  const largest = manifest.layers.reduce((most, layer) => Math.max(most, layer.sizeBytes), 0);
  return (
    <>
      <Card title={`History · ${platformWords(manifest.platform)}`}>
        {manifest.shown === 'part' && (
          <p className="border-b border-line px-3 py-2 text-sm text-text-2">
            The config of this image is larger than is shown. Texts that end with … are cut, and the last entries may be
            missing. The registry has all of it.
          </p>
        )}
        <Table
          label="History and layers"
          head={
            <>
              <Th>Instruction</Th>
              <Th wide>Layer</Th>
              <Th right>Size</Th>
              <Th wide>
                <span className="sr-only">Share of the largest</span>
              </Th>
            </>
          }
        >
          {manifest.history.map((entry, index) => (
            <tr key={`${index} ${entry.createdBy}`} className={rowClass}>
              <Td className="max-w-0 w-full">
                <code className="block truncate" title={visibleText(entry.createdBy)}>
                  {visibleText(plainInstruction(entry.createdBy))}
                </code>
              </Td>
              <Td wide>
                {entry.layer ? (
                  <code title={entry.layer.digest}>{shortDigest(entry.layer.digest)}</code>
                ) : (
                  <span className="text-text-3">settings only</span>
                )}
              </Td>
              <Td right className="whitespace-nowrap">
                {entry.layer ? formatBytes(entry.layer.sizeBytes) : '–'}
              </Td>
              <Td wide>{entry.layer && largest > 0 && <Bar share={entry.layer.sizeBytes / largest} />}</Td>
            </tr>
          ))}
        </Table>
      </Card>
      <Card title="Settings of the image">
        <Facts>
          <Fact name="Entry point">
            <Words words={manifest.entrypoint} />
          </Fact>
          <Fact name="Command">
            <Words words={manifest.command} />
          </Fact>
          <Fact name="Folder">
            <code>{visibleText(manifest.workingDirectory || '/')}</code>
          </Fact>
          <Fact name="User">
            <code>{visibleText(manifest.user || 'root')}</code>
          </Fact>
          <Fact name="Environment">
            <Lines lines={manifest.environment} />
          </Fact>
          <Fact name="Labels">
            <Lines lines={Object.entries(manifest.labels).map(([name, value]) => `${name}=${value}`)} />
          </Fact>
          <Fact name="Annotations">
            <Lines lines={Object.entries(manifest.annotations).map(([name, value]) => `${name}=${value}`)} />
          </Fact>
        </Facts>
      </Card>
    </>
  );
}

function platformWords(platform: string | null): string {
  return platform === null ? 'no platform named' : visibleText(platform);
}

function Words({ words }: { words: readonly string[] }) {
  return words.length === 0 ? 'none' : <code className="break-all">{visibleText(JSON.stringify(words))}</code>;
}

function Lines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return 'none';
  return lines.map((line) => (
    <code key={line} className="block break-all">
      {visibleText(line)}
    </code>
  ));
}
