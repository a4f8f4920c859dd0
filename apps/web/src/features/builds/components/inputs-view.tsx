import type { Build } from '@cooperage/contracts';
import { Fact, Facts } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { visibleText } from '@/lib/format/names';

/** Everything that went into a build. Of secrets only the names are known here. */
export function InputsView({ build }: { build: Build }) {
  const { inputs } = build;
  const args = Object.entries(inputs.buildArgs);
  return (
    <Facts>
      <Fact name="Commit">
        <code className="break-all">{build.commit}</code>
      </Fact>
      <Fact name="Ref">
        <code className="break-all">{visibleText(build.ref)}</code>
      </Fact>
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
      <Fact name="Cache zone">{build.zone}</Fact>
      <Fact name="Arguments">
        {args.length === 0
          ? 'none'
          : args.map(([name, value]) => (
              <code key={name} className="block break-all">
                {name}={visibleText(value)}
              </code>
            ))}
      </Fact>
      <Fact name="Secrets">
        {inputs.secretNames.length === 0 ? 'none' : <code>{inputs.secretNames.map(visibleText).join(', ')}</code>}
      </Fact>
      <Fact name="Base images">
        {inputs.baseImages.length === 0
          ? 'not known yet'
          : inputs.baseImages.map((base) => (
              <span key={`${base.name} ${base.digest}`} className="flex flex-wrap items-center gap-x-2">
                <code className="break-all">{visibleText(base.name)}</code>
                <Digest value={base.digest} copy />
              </span>
            ))}
      </Fact>
    </Facts>
  );
}
