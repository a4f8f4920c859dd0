import type { Build, BuildRelations } from '@cooperage/contracts';
import { Fact, Facts } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { projectPath } from '@/lib/address/paths';
import { formatBytes } from '@/lib/format/bytes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { cacheWords } from '../model/cache-words';
import { DefinitionFacts } from './definition-facts';

/** Everything that went into a build, and where it came from. Of secrets only the names are known here. */
export function InputsView({ build, engine }: { build: Build; engine: BuildRelations['engine'] }) {
  const { inputs } = build;
  return (
    <Facts>
      <Fact name="Commit">
        <code className="break-all">{build.commit}</code>
      </Fact>
      <Fact name="Ref">
        <code className="break-all">{visibleText(build.ref)}</code>
      </Fact>
      {inputs.definition && <DefinitionFacts definition={inputs.definition} />}
      <Fact name="Context">
        <code className="break-all">{visibleText(inputs.contextPath)}</code>
      </Fact>
      <Fact name="Dockerfile">
        <code className="break-all">{visibleText(inputs.dockerfilePath)}</code>
      </Fact>
      <Fact name="Target">{inputs.target ? <code>{visibleText(inputs.target)}</code> : 'the last stage'}</Fact>
      <Fact name="Platform">
        <code>{inputs.platform}</code>
      </Fact>
      <Fact name="Arguments">
        <Arguments build={build} />
      </Fact>
      <Fact name="Named contexts">
        <NamedContexts contexts={inputs.namedContexts} />
      </Fact>
      <Fact name="Secrets">
        {inputs.secretNames.length === 0 ? 'none' : <code>{inputs.secretNames.map(visibleText).join(', ')}</code>}
      </Fact>
      <Fact name="Base images">
        <Bases bases={inputs.baseImages} />
      </Fact>
      <Fact name="Fetched by ADD">
        <Sources sources={inputs.sources} />
      </Fact>
      <Fact name="Cache">{cacheWords(build)}</Fact>
      <Fact name="Builder">
        {engine ? (
          <code>
            {visibleText(engine.kind)} {visibleText(engine.version ?? '')}
          </code>
        ) : (
          'not known'
        )}
      </Fact>
      <Fact name="Network">{networkWords[inputs.limits.network]}</Fact>
      <Fact name="Limits">{limitWords(inputs.limits)}</Fact>
    </Facts>
  );
}

function Arguments({ build }: { build: Build }) {
  const args = Object.entries(build.inputs.buildArgs);
  if (args.length === 0) return 'none';
  if (build.inputs.definition?.resolved) return <Pairs pairs={args} />;
  const settings = `${projectPath({ organizationSlug: build.organizationSlug, slug: build.projectSlug })}/settings`;
  return (
    <>
      <Pairs pairs={args} />
      <span className="text-sm text-text-2">
        from the{' '}
        <Link href={settings} className={textLinkClass}>
          settings of the project
        </Link>{' '}
        as they were then
      </span>
    </>
  );
}

function NamedContexts({ contexts }: { contexts: Build['inputs']['namedContexts'] }) {
  const named = Object.entries(contexts);
  if (named.length === 0) return 'none';
  return <Pairs pairs={named} />;
}

function Pairs({ pairs }: { pairs: readonly (readonly [string, string])[] }) {
  return pairs.map(([name, value]) => (
    <code key={name} className="block break-all">
      {visibleText(name)}={visibleText(value)}
    </code>
  ));
}

function Bases({ bases }: { bases: Build['inputs']['baseImages'] }) {
  if (bases.length === 0) return 'not known yet';
  return bases.map((base) => (
    <span key={`${base.name} ${base.digest}`} className="flex flex-wrap items-center gap-x-2">
      <code className="break-all">{visibleText(base.name)}</code>
      <Digest value={base.digest} copy />
    </span>
  ));
}

const networkWords: Readonly<Record<Build['inputs']['limits']['network'], string>> = {
  open: 'open: steps reach everything public, and what they fetch is not listed',
  none: 'none: steps have no network, and ADD fetches nothing',
};

function Sources({ sources }: { sources: Build['inputs']['sources'] }) {
  if (sources.length === 0) return 'nothing';
  return sources.map(({ uri, digest }) => (
    <code key={uri} className="block break-all">
      {visibleText(uri)} {Object.entries(digest).map(([algorithm, hex]) => `${algorithm}:${hex}`)}
    </code>
  ));
}

function limitWords(limits: Build['inputs']['limits']): string {
  const { timeoutMs, askedTimeoutMs, logBytes, memoryBytes, cpus, pids, diskBytes } = limits;
  const asked =
    askedTimeoutMs === undefined ? '' : ` (the organization's most; ${formatDuration(askedTimeoutMs)} asked for)`;
  const parts = [
    `${formatDuration(timeoutMs)}${asked}`,
    `${formatBytes(logBytes)} of log`,
    memoryBytes !== null && `${formatBytes(memoryBytes)} of memory`,
    cpus !== null && `${cpus} CPU`,
    pids !== null && `${pids} processes`,
    diskBytes !== null && `${formatBytes(diskBytes)} of disk`,
  ];
  return parts.filter(Boolean).join(' · ');
}
