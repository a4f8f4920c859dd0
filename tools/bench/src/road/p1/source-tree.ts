import { randomBytes } from 'node:crypto';

export type SourceTree = Record<string, string>;

const fileCount = 200;
const fileBytes = 10_000;

/** An application of 200 files and 2 MB: packages first, then the source, then a small last stage. */
const application = `FROM debian:bookworm AS build
WORKDIR /src
COPY packages.txt ./
RUN sort packages.txt > /packages
COPY source ./source
RUN cat source/*/* | sha256sum > /application
FROM debian:bookworm
COPY --from=build /packages /application /opt/
CMD ["cat", "/opt/application"]
`;

/** A dependency layer of 60 MB that nothing can compress, and a step of two seconds. */
const heavy = `FROM debian:bookworm AS build
RUN head -c 60000000 /dev/urandom > /dependencies
COPY source ./source
RUN sleep 2 && cat source/*/* | sha256sum > /application
FROM debian:bookworm
COPY --from=build /dependencies /application /opt/
CMD ["cat", "/opt/application"]
`;

/** The same load in one stage: a cache inside the image holds no other. */
const oneStage = `FROM debian:bookworm
RUN head -c 60000000 /dev/urandom > /dependencies
COPY source ./source
RUN sleep 2 && cat source/*/* | sha256sum > /application
CMD ["cat", "/application"]
`;

export const applicationTree = (): SourceTree => tree(application);
export const heavyTree = (): SourceTree => tree(heavy);
export const oneStageTree = (): SourceTree => tree(oneStage);

/** A commit that changes something, and nothing that the build uses. */
export function withIgnoredChange(files: SourceTree): SourceTree {
  return { ...files, 'notes.md': `A note, ${unique()}.\n` };
}

/** One file of the source is another: of the steps behind it, three run again. */
export function withChangedFile(files: SourceTree): SourceTree {
  return { ...files, [sourcePath(fileCount >> 1)]: `${unique()}\n` };
}

function tree(dockerfile: string): SourceTree {
  const source = Array.from({ length: fileCount }, (_, at) => [sourcePath(at), text(fileBytes)] as const);
  return {
    Dockerfile: dockerfile,
    '.dockerignore': '*.md\n',
    'packages.txt': 'two\none\n',
    ...Object.fromEntries(source),
  };
}

function sourcePath(at: number): string {
  return `source/part-${String(at % 10).padStart(2, '0')}/file-${String(at).padStart(3, '0')}.txt`;
}

function text(bytes: number): string {
  return randomBytes(bytes).toString('base64').slice(0, bytes);
}

function unique(): string {
  return randomBytes(12).toString('hex');
}
