import type { Build } from '@cooperage/contracts';
import { Fact } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { visibleText } from '@/lib/format/names';
import { bakeCommand } from '../model/bake-command';

type Definition = NonNullable<Build['inputs']['definition']>;

/** The bake or compose file of a build, what it was given, and what of it the service decides by itself. */
export function DefinitionFacts({ definition }: { definition: Definition }) {
  const { path, target, variables, resolved, targets, ignored } = definition;
  const given = Object.entries(variables);
  return (
    <>
      <Fact name="Definition">
        <code className="break-all">
          {visibleText(path)} {visibleText(target)}
        </code>
        <span className="block text-sm text-text-2">
          {resolved
            ? 'The inputs below are what it stands for at this commit, as bake resolves it.'
            : 'It has not been read; the inputs below are the settings of the project.'}
        </span>
        <div className="mt-1">
          <CopyLine text={bakeCommand(definition)} what="The command that resolves it" />
        </div>
      </Fact>
      {given.length > 0 && (
        <Fact name="Variables">
          {given.map(([name, value]) => (
            <code key={name} className="block break-all">
              {visibleText(name)}={visibleText(value)}
            </code>
          ))}
        </Fact>
      )}
      {targets.length > 0 && (
        <Fact name="Built along">
          <ul>
            {targets.map((target) => (
              <li key={target.name}>
                <Target target={target} />
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {ignored.length > 0 && (
        <Fact name="Ignored of it">
          <ul>
            {ignored.map(({ field, why }) => (
              <li key={field}>
                <code>{visibleText(field)}</code> <span className="text-text-2">because {why}</span>
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </>
  );
}

/** Another target that the build is made from, with what it is made from itself. */
function Target({ target }: { target: Definition['targets'][number] }) {
  const args = Object.entries(target.buildArgs).map(([name, value]) => `${name}=${value}`);
  const contexts = Object.entries(target.namedContexts).map(([name, source]) => `${name}=${source}`);
  return (
    <>
      <code className="break-all">{visibleText(target.name)}</code>{' '}
      <span className="text-text-2">
        from <code className="break-all">{visibleText(target.dockerfilePath)}</code>
        {target.target && (
          <>
            , stage <code className="break-all">{visibleText(target.target)}</code>
          </>
        )}
        , context <code className="break-all">{visibleText(target.contextPath)}</code>
      </span>
      {[...args, ...contexts].map((pair) => (
        <code key={pair} className="block break-all pl-4 text-text-2">
          {visibleText(pair)}
        </code>
      ))}
    </>
  );
}
