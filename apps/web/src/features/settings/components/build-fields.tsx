import type { Project } from '@cooperage/contracts';
import { CheckField, SelectField, TextArea, TextField } from '@/components/ui/field';
import { formatPairs } from '../model/text-fields';

/** What is wrong with a field of NAME=value lines, before it is sent. */
export type PairErrors = Readonly<Partial<Record<'buildArgs' | 'namedContexts', string | null>>>;

interface FieldsProps {
  readonly project: Project;
  readonly fieldError: (path: string) => string | null;
  readonly pairErrors: PairErrors;
}

const platforms = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/386',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
];

export function BuildFields({ project, fieldError, pairErrors }: FieldsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          defaultValue={project.name}
          error={fieldError('name')}
        />
        <SelectField
          label="Who may pull the images"
          name="visibility"
          defaultValue={project.visibility}
          error={fieldError('visibility')}
        >
          <option value="private">Members, with their own token</option>
          <option value="public">Anyone</option>
        </SelectField>
      </div>
      <TextField
        label="Description"
        name="description"
        maxLength={500}
        defaultValue={project.description}
        error={fieldError('description')}
      />
      <TextField
        label="Clone address"
        name="remoteUrl"
        mono
        required
        maxLength={2048}
        defaultValue={project.remoteUrl}
        error={fieldError('remoteUrl')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Context folder"
          name="contextPath"
          mono
          required
          defaultValue={project.contextPath}
          error={fieldError('contextPath')}
        />
        <TextField
          label="Dockerfile"
          name="dockerfilePath"
          mono
          required
          defaultValue={project.dockerfilePath}
          error={fieldError('dockerfilePath')}
        />
        <TextField
          label="Target stage"
          name="target"
          mono
          maxLength={128}
          defaultValue={project.target ?? ''}
          hint="The last stage when left empty."
          error={fieldError('target')}
        />
        <SelectField label="Platform" name="platform" defaultValue={project.platform} error={fieldError('platform')}>
          {platforms.map((platform) => (
            <option key={platform}>{platform}</option>
          ))}
        </SelectField>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Definition file"
          name="definitionPath"
          mono
          maxLength={1024}
          defaultValue={project.definition?.path ?? ''}
          hint="A bake or compose file, such as docker-bake.hcl. It then says what the fields above and the contexts below say, with paths from the root of the repository; the build arguments are its variables."
          error={fieldError('definition.path')}
        />
        <TextField
          label="Target of the definition"
          name="definitionTarget"
          mono
          maxLength={128}
          defaultValue={project.definition?.target ?? ''}
          hint="One target of bake or one service; what it names as a context is built along. Each further image is a project of its own."
          error={fieldError('definition.target')}
        />
      </div>
      <TextArea
        label="Build arguments"
        name="buildArgs"
        rows={3}
        defaultValue={formatPairs(project.buildArgs)}
        hint="NAME=value, one a line, 65,536 characters in all. They end up in the image’s history: secrets belong under “Build secrets”. BUILDKIT_… is the builder’s own, and a proxy belongs into the Dockerfile."
        error={pairErrors.buildArgs ?? fieldError('buildArgs')}
      />
      <TextArea
        label="Named contexts"
        name="namedContexts"
        rows={2}
        defaultValue={formatPairs(project.namedContexts)}
        hint="name=folder of the repository, or name=docker-image://image, one a line. The Dockerfile reads them with COPY --from=name or FROM name."
        error={pairErrors.namedContexts ?? fieldError('namedContexts')}
      />
      <TextArea
        label="Protected branches"
        name="protectedBranches"
        rows={2}
        defaultValue={project.protectedBranches.join('\n')}
        hint="Patterns such as release/*, one a line. Their builds are in the protected zone, as the default branch’s always are: they read no cache that other branches or forks can write."
        error={fieldError('protectedBranches')}
      />
      <TextArea
        label="Protected git tags"
        name="protectedTags"
        rows={2}
        defaultValue={project.protectedTags.join('\n')}
        hint="Patterns such as v*, one a line; ** means all. Their builds are in the protected zone too. At the git host, let only those create such tags who may push to a protected branch."
        error={fieldError('protectedTags')}
      />
      <SelectField
        label="Where builds leave their cache"
        name="cacheBackend"
        defaultValue={project.cacheBackend}
        hint="What each of them costs and saves here stands on the page “Cache”."
        error={fieldError('cacheBackend')}
      >
        <option value="registry">In the registry, after the build: the steps of all stages</option>
        <option value="inline">Inside the image, as a part of the build: the steps of the last stage</option>
        <option value="local">On the worker’s disk, after the build: for builds on the same worker only</option>
      </SelectField>
      <CheckField
        label="Keep zones apart in the builder too"
        name="strictIsolation"
        defaultChecked={project.strictIsolation}
        hint="Protected branches, other branches and forks then share neither results of steps nor cache mounts. Forks never do. Without it, protected and other branches share results of steps that have no cache mount, secret or SSH agent."
      />
    </>
  );
}
