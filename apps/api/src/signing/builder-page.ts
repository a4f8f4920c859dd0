import { builderAddress, buildTypeAddress, defaultPool } from '@cooperage/domain';

/** What a provenance of ours means; policies and people read it at the addresses that it names. */
export interface BuilderDocument {
  readonly title: string;
  readonly id: string;
  readonly summary: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function builderDocument(publicUrl: string): BuilderDocument {
  return {
    title: `Builder pool “${defaultPool}”, version 1`,
    id: builderAddress(publicUrl, defaultPool),
    summary:
      'This address names the trusted control plane of this installation together with one pool of its builders. It is the ' +
      'builder.id of every SLSA provenance that the installation signs, and it is the same for all builds.',
    fields: {
      buildType: buildTypeAddress(publicUrl),
      'builder.id':
        'Made by the control plane, never by a step of a build. It holds the signing keys; builders do not.',
      invocationId: 'The address of the very build. It differs from build to build, so policies do not compare it.',
    },
  };
}

export function buildTypeDocument(publicUrl: string): BuilderDocument {
  return {
    title: 'Build type “Dockerfile”, version 1',
    id: buildTypeAddress(publicUrl),
    summary: 'A build of one commit from a Dockerfile, in the format of SLSA provenance version 1.',
    fields: {
      'externalParameters.source':
        'git+<clone address>@<full ref>, with the commit as its digest. Set by the people of the project.',
      'externalParameters.rule': 'Name of the rule that started the build; “by hand” without one.',
      'externalParameters.trigger': 'push, retry, manual or replay.',
      'externalParameters.dockerfile': 'Path of the Dockerfile inside the repository.',
      'externalParameters.context': 'Folder of the repository that is the build context.',
      'externalParameters.target': 'Stage that was built; null for the last one.',
      'externalParameters.platform': 'Operating system and processor of the image.',
      'externalParameters.buildArgs': 'Every build argument. Secrets are never build arguments.',
      'externalParameters.definition':
        'The bake or compose file of the source, its target and the variables that it was given. The other parameters are what it stands for at this commit, as docker buildx bake --print resolves it. Left out where there is none.',
      'externalParameters.namedContexts':
        'Name to what the Dockerfile means by it: a folder of the repository, or docker-image:// and the image, whose digest is among the dependencies. Left out where there are none.',
      'internalParameters.zone': 'Which caches the build could read and write: protected, branch or fork.',
      'internalParameters.cacheBackend':
        'Where results of steps were kept for other builds: registry, inline (in the image itself) or local (on the worker’s disk).',
      'internalParameters.attempt': 'How many attempts it took.',
      'internalParameters.network':
        'What the build could fetch: open (everything public), or none beside its source and its base images. Left out in older ones.',
      resolvedDependencies:
        'The source commit, then each base image by its digest, then what ADD fetched from addresses, as the builder resolved them. What steps fetched by themselves is not among them.',
    },
  };
}

/** A page that needs nothing else: no script, no style of others. */
export function documentPage({ title, id, summary, fields }: BuilderDocument): string {
  const rows = Object.entries(fields).map(
    ([name, text]) => `<dt><code>${escaped(name)}</code></dt><dd>${escaped(text)}</dd>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title></head><body><main><h1>${escaped(title)}</h1><p><code>${escaped(id)}</code></p>
<p>${escaped(summary)}</p><dl>${rows.join('')}</dl></main></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
