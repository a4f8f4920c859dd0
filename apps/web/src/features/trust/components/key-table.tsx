import type { TrustKey } from '@cooperage/contracts';
import { Badge } from '@/components/ui/badge';
import { Link, OutsideLink, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { shortKey } from '@/features/images/model/verdict';
import { changeQuery } from '@/lib/address/query';
import { loadEffects } from '../api/load-trust';
import { effectWords, keyState } from '../model/key-words';
import { RevokeKey } from './revoke-key';
import { RotateKey } from './rotate-key';

/** Keys of all projects: public parts, and what each is used for. */
export function KeyTable({ keys }: { keys: readonly TrustKey[] }) {
  return (
    <Table
      label="Signing keys"
      head={
        <>
          <Th>Key</Th>
          <Th>State</Th>
          <Th wide>Project</Th>
          <Th right wide>
            Images
          </Th>
          <Th wide>Last use</Th>
          <Th wide>Public key</Th>
          <Th />
        </>
      }
    >
      {keys.map((key) => (
        <tr key={key.id} className={rowClass}>
          <Td>
            <code title={key.id}>{shortKey(key.id)}</code>
            <span className="block text-xs text-text-3 max-md:hidden">sealed key</span>
            <span className="block text-xs text-text-2 md:hidden">{key.projectSlug}</span>
          </Td>
          <Td>
            <Badge tone={keyState(key).tone}>{keyState(key).words}</Badge>
            {key.state === 'verify_only' && key.verifyUntil && (
              <span className="block text-xs text-text-2">
                until <Moment at={key.verifyUntil} flowing />
              </span>
            )}
          </Td>
          <Td wide>
            <Link href={changeQuery('/trust', {}, { project: key.projectId })} className={textLinkClass} data-row>
              {key.projectSlug}
            </Link>
          </Td>
          <Td right wide>
            {key.images >= 1000 ? '1k+' : key.images}
          </Td>
          <Td wide>{key.lastUsedAt ? <Moment at={key.lastUsedAt} /> : 'never'}</Td>
          <Td wide>
            <OutsideLink href={key.publicKeyUrl}>{shortKey(key.id)}.pub</OutsideLink>
          </Td>
          <Td right>
            <KeyActions trustKey={key} />
          </Td>
        </tr>
      ))}
    </Table>
  );
}

async function KeyActions({ trustKey: key }: { trustKey: TrustKey }) {
  if (key.state === 'revoked' || key.state === 'creating') return null;
  const effects = await loadEffects(key.projectId, key.id);
  if (!effects.ok) return null;
  const { images, tags, moreTags } = effects.value;
  const words = effectWords(images, tags.length, moreTags);
  return (
    <span className="inline-flex flex-wrap justify-end gap-1">
      {key.state === 'signing' && <RotateKey projectId={key.projectId} projectSlug={key.projectSlug} effects={words} />}
      <RevokeKey
        projectId={key.projectId}
        keyId={key.id}
        name={shortKey(key.id)}
        effects={words}
        tags={tags.map(({ tag }) => tag)}
      />
    </span>
  );
}
