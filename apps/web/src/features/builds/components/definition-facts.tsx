import type { Build } from '@cooperage/contracts';
import { Fact } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { visibleText } from '@/lib/format/names';
import { bakeCommand } from '../model/bake-command';

type Definition = NonNullable<Build['inputs']['definition']>;

/** The bake or compose file of a build, what it was given, and what of it the service decides by itself. */
export function DefinitionFacts({ definition }: { definition: Definition }) {
  const { path, target, variables, resolved, ignored } = definition;
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
