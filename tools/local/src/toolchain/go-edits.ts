import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A change of one place in a file of a module that we build. */
export interface GoEdit {
  /** Import path of its package. */
  readonly package: string;
  readonly file: string;
  /** Stands there once; what is inserted comes behind it. */
  readonly behind: string;
  readonly insert: string;
}

const CONTENT = 'github.com/containerd/containerd/v2/core/content';
const IMAGEUTIL = 'github.com/moby/buildkit/util/imageutil';
/** Bytes of a manifest or a configuration, as our own reader of images has it. */
const MOST = '8<<20';
/** `libs/engines` knows these words. */
const TOO_LARGE = '"%s has %d bytes, more than a manifest or configuration may have"';

/**
 * BuildKit reads what an image says of itself into memory, however large a registry makes it, and what is packed comes a thousand times
 * larger (R6-A7). It is not fetched, and what is there already, as a layer for example, is not read.
 */
export const GO_EDITS: readonly GoEdit[] = [
  {
    package: IMAGEUTIL,
    file: 'config.go',
    behind: '\thandlers := []images.Handler{\n',
    insert: `\t\timages.HandlerFunc(func(_ context.Context, desc ocispecs.Descriptor) ([]ocispecs.Descriptor, error) {
			if desc.Size > ${MOST} {
				return nil, errors.Errorf(${TOO_LARGE}, desc.Digest, desc.Size)
			}
			return nil, nil
		}),
`,
  },
  {
    package: IMAGEUTIL,
    file: 'config.go',
    behind: 'func DetectManifestMediaType(ra content.ReaderAt) (string, error) {\n',
    insert: `\tif ra.Size() > ${MOST} {
		return "", errors.Errorf(${TOO_LARGE}, "what is to be a manifest", ra.Size())
	}
`,
  },
  {
    package: CONTENT,
    file: 'helpers.go',
    behind:
      '\tra, err := provider.ReaderAt(ctx, desc)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tdefer ra.Close()\n',
    insert: `\tif ra.Size() > ${MOST} {
		return nil, fmt.Errorf(${TOO_LARGE}, desc.Digest, ra.Size())
	}
`,
  },
];

/** @throws {Error} where the place is not there exactly once: the module has changed, and the edit with it */
export function edited(source: string, { package: name, file, behind, insert }: GoEdit): string {
  const [before, after, ...more] = source.split(behind);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${name}/${file} has changed: the place of an edit is not there, or not once`);
  return before + behind + insert + after;
}

/** @param vendor where copies of all packages are, as `go mod vendor` makes them @throws {Error} as `edited` does */
export function editVendored(vendor: string, edits: readonly GoEdit[] = GO_EDITS): void {
  for (const edit of edits) {
    const file = path.join(vendor, edit.package, edit.file);
    writeFileSync(file, edited(readFileSync(file, 'utf8'), edit));
  }
}
