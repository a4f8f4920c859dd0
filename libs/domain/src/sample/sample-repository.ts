import { type GitObject, gitObject, gitTree } from './git-object.js';

/**
 * The clone address of the bundled sample. Nothing is ever found there by the network (`.invalid`, RFC 2606): whoever
 * fetches knows the address and takes the repository from here, so that a first image needs neither a forge nor a network.
 */
export const sampleRemoteUrl = 'https://sample.cooperage.invalid/first-image.git';
export const sampleRef = 'refs/heads/main';

const dockerfile = `# A first image from nothing but this repository: no base image is fetched, so it builds without a network.
FROM scratch AS words
COPY greeting.txt /words/

FROM scratch
COPY --from=words /words/greeting.txt /greeting.txt
`;

const readme = `# first-image

The sample that comes with Cooperage. Its image holds one file. Make a project of a repository of your own next.
`;

const files = { Dockerfile: dockerfile, 'README.md': readme, 'greeting.txt': 'hello from a small, signed image\n' };

/** Fixed, so that the commit has the same id wherever it is made. 2026-01-01T00:00:00Z */
const committedAtSeconds = 1_767_225_600;

export interface SampleRepository {
  readonly objects: readonly GitObject[];
  readonly commit: string;
}

/** Everything of the sample's repository: the same bytes in every process. */
export function sampleRepository(): SampleRepository {
  const blobs = Object.entries(files).map(([name, text]) => ({ name, blob: gitObject('blob', Buffer.from(text)) }));
  const tree = gitTree(blobs);
  const author = `Cooperage <sample@cooperage.invalid> ${committedAtSeconds} +0000`;
  const text = `tree ${tree.id}\nauthor ${author}\ncommitter ${author}\n\nBegin with a greeting\n`;
  const commit = gitObject('commit', Buffer.from(text));
  return { objects: [...blobs.map(({ blob }) => blob), tree, commit], commit: commit.id };
}
