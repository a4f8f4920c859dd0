import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SOURCE_KEYS } from './source-keys.ts';

/** A change of one place in a file of a module that we build. */
export interface GoEdit {
  /** Import path of its package. */
  readonly package: string;
  readonly file: string;
  /** Stands there once; what is inserted comes behind it. */
  readonly behind: string;
  readonly insert: string;
}

const BUILDKIT = 'github.com/moby/buildkit';
const CONTAINERD = 'github.com/containerd/containerd/v2';
const CONTENT = `${CONTAINERD}/core/content`;
const IMAGEUTIL = `${BUILDKIT}/util/imageutil`;
const LEX = { package: `${BUILDKIT}/frontend/dockerfile/shell`, file: 'lex.go' };
const TOKENS = { package: `${CONTAINERD}/core/remotes/docker/auth`, file: 'fetch.go' };
/** Bytes of a manifest or a configuration, as our own reader of images has it. */
const MOST = '8<<20';
/** `libs/engines` knows these words. */
const TOO_LARGE = '"%s has %d bytes, more than a manifest or configuration may have"';

/**
 * BuildKit reads what an image says of itself into memory, however large a registry makes it, and what is packed comes a thousand times
 * larger (R6-A7). It is not fetched, and what is there already, as a layer for example, is not read.
 */
const IMAGES: readonly GoEdit[] = [
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

const TOO_LONG = 'errors.New("a value is longer than 1 MiB when its variables are filled in")';
const checked = (behind: string, size: string, result: string): GoEdit => ({
  ...{ ...LEX, behind },
  insert: `\t\t\tif ${size} > 1<<20 {\n\t\t\t\treturn ${result}${TOO_LONG}\n\t\t\t}\n`,
});

/** Ten times a variable of ten times a variable: some lines, also those that an image appends to a Dockerfile, take all memory (R7-C2). */
const VARIABLES: readonly GoEdit[] = [
  checked('\t\t\tresult.WriteString(tmp)\n', 'result.Len()', '"", nil, '),
  checked('\t\t\tresult.WriteString(value)\n', 'result.Len()', '"", '),
  checked(
    '\t\t\treturn "", errors.Errorf("invalid pattern (%s) in substitution: %s", pattern, err)\n\t\t}\n',
    'replaceAll && len(value)+len(re.FindAllStringIndex(value, -1))*len(replacement)',
    '"", ',
  ),
];

/** What a server of tokens answers was read as long as it came, unpacked (R7-C3). */
const TOKEN_ANSWERS: readonly GoEdit[] = [
  { ...TOKENS, behind: '\t"fmt"\n', insert: '\t"io"\n' },
  ...['OAuthTokenResponse', 'FetchTokenResponse'].map((type) => ({
    ...{ ...TOKENS, behind: `\tvar tr ${type}\n` },
    insert: '\tdecoder = json.NewDecoder(io.LimitReader(resp.Body, 1<<20))\n',
  })),
];

/**
 * A decoder keeps twice the window that a frame names, up to 512 MiB of it (R7-C5), and all of a frame without a window, up to 64 GiB (R8-C5).
 * What BuildKit and `zstd -19` write needs 8 MiB. Where a stream is read, the bound of memory is that of both.
 */
const WINDOWS: readonly GoEdit[] = [
  { package: `${CONTAINERD}/pkg/archive/compression`, file: 'compression.go' },
  { package: `${CONTAINERD}/core/remotes/docker`, file: 'fetcher.go' },
].map((place) => ({
  ...{ ...place, behind: 'zstd.WithDecoderLowmem(false),\n' },
  insert: '\t\t\tzstd.WithDecoderMaxMemory(9<<20), zstd.WithDecoderLowmem(true),\n',
}));

/** A Dockerfile may start from a thousand images, each of which is unpacked with a window of its own (R8-C5). */
const UNPACKING: readonly GoEdit[] = [
  { behind: 'var emptyDesc = ocispec.Descriptor{}\n', insert: '\nvar unpacking = make(chan struct{}, 16)\n' },
  {
    behind: '\tt1 := time.Now()\n',
    insert: `\tselect {
	case unpacking <- struct{}{}:
		defer func() { <-unpacking }()
	case <-ctx.Done():
		return emptyDesc, context.Cause(ctx)
	}
`,
  },
].map((edit) => ({ package: `${CONTAINERD}/core/diff/apply`, file: 'apply.go', ...edit }));

const GIT_SOURCE = { package: `${BUILDKIT}/source/git`, file: 'source.go' };
const GIT_COMMAND = { package: `${BUILDKIT}/util/gitutil`, file: 'git_cli.go' };

/**
 * One commit has many addresses. A git folder that is kept leads to the one that it came from (R13A-4), and whoever asks for a commit waits
 * for the server of who asked first (V13A-1). So the address is a part of what a commit is found by. It has no space, so it ends there.
 * And git offers the keys of the engine's user to whatever host it is sent to by SSH: only an agent of a build counts (R13A-2).
 */
const GIT: readonly GoEdit[] = [
  { ...GIT_SOURCE, behind: '\tkey := sha\n', insert: '\tkey += "@" + gs.src.Remote + " "\n' },
  {
    ...GIT_COMMAND,
    behind: '\tgitSSHCommand := "ssh -F " + os.DevNull\n',
    insert: '\tgitSSHCommand += " -o IdentityFile=none"\n',
  },
];

/**
 * Full ids share one: each brings history, and no ref that a Dockerfile names. BuildKit takes a repository for that of a name where its own
 * begins with that name and `::`, so no address may go on as a name does. The name is kept: a ref that was left out is found meanwhile.
 */
const REPOSITORY_NAME = `
func (gs *gitSourceHandler) repositoryName() string {
	if gs.repository == "" {
		gs.repository = gs.newRepositoryName()
	}
	return gs.repository
}

func (gs *gitSourceHandler) newRepositoryName() string {
	if gitutil.IsCommitSHA(gs.src.Ref) {
		return fmt.Sprintf(" commits sha256=%t", gs.sha256)
	}
	commit := ""
	if gs.src.FetchByCommit {
		commit = gs.src.Checksum
	}
	return fmt.Sprintf(" ref=%s commit=%s sha256=%t", url.QueryEscape(gs.src.Ref), commit, gs.sha256)
}`;

/**
 * All builds fetch an address into one repository, where a Dockerfile may name a ref and its commit apart (R14C-1), and choose the format of
 * all later fetches (R14C-2). So each ref has a repository of its own, and one where it is not the commit that was asked for is begun
 * anew. The index and the locks that a killed git leaves (R14C-4) are of earlier work: each begins without. A small pack is kept whole, as a
 * large one is: of one that is unpacked, a git that ends early leaves a commit without its files, which counts as fetched.
 */
const GIT_REPOSITORIES: readonly GoEdit[] = [
  { behind: '\treturn gs.src.Remote + "#" + gs.src.Ref\n}\n', insert: `${REPOSITORY_NAME}\n` },
  { behind: '\tcacheCommit string\n', insert: '\trepository  string\n' },
  { behind: 'func (gs *Source) mountRemote(ctx context.Context, remote string', insert: ', name string' },
  { behind: 'sis, err := searchGitRemote(ctx, gs.cache, remote', insert: '+name' },
  { behind: 'md.setGitRemote(remote', insert: '+name' },
  { behind: 'gs.mountRemote(ctx, gs.src.Remote', insert: ', gs.repositoryName()' },
  // With the lock of the address, a build that fetches many refs of it holds up whoever fetches another one (R15C-3).
  { behind: 'gs.locker.Lock(gs.src.Remote', insert: '+gs.repositoryName()' },
  { behind: 'return gs.locker.Unlock(gs.src.Remote', insert: '+gs.repositoryName()' },
  {
    behind: '\t\tgitDirRoot.RemoveAll("shallow.lock")\n',
    insert: '\t\tgitDirRoot.RemoveAll("refs/" + strings.TrimPrefix(targetRef, "refs/") + ".lock")\n',
  },
  {
    behind: 'and commit can not be found in the repository", ref, gs.cacheCommit)\n\t\t\t\t}\n\t\t\t}\n',
    insert: `\t\t\tif dt, err := git.Run(ctx, "rev-parse", fetchRef); err != nil || strings.TrimSpace(string(dt)) != gs.cacheCommit {
				return nil, &unableToUpdateLocalRefError{errors.Errorf("%s is not %s after the fetch", fetchRef, gs.cacheCommit)}
			}
`,
  },
  {
    behind: '\t\tcheckoutGit := git.New(gitutil.WithWorkTree(cd), gitutil.WithGitDir(gitDir))\n',
    insert: `\t\tfor _, left := range []string{"index", "index.lock"} {
			if err := os.Remove(filepath.Join(gitDir, left)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
`,
  },
  { ...GIT_COMMAND, behind: '"-c", "protocol.file.allow=user"', insert: ', "-c", "fetch.unpackLimit=1"' },
].map((edit) => ({ ...GIT_SOURCE, ...edit }));

/**
 * While a Dockerfile is read, the host of an ADD by SSH is asked for its key, without a time, a context or the rules for ADD (R14C-3). No build
 * has an agent, so none can come to use the key.
 */
const SSH_KEYS: readonly GoEdit[] = [
  {
    ...{ package: `${BUILDKIT}/util/sshutil`, file: 'keyscan.go' },
    behind: 'func SSHKeyScan(server string) (string, error) {\n',
    insert: '\tif server != "" {\n\t\treturn "", errors.New("no host is asked for its key")\n\t}\n',
  },
];

export const GO_EDITS: readonly GoEdit[] = [
  ...[...IMAGES, ...VARIABLES, ...TOKEN_ANSWERS, ...WINDOWS, ...UNPACKING],
  ...[...GIT, ...GIT_REPOSITORIES, ...SSH_KEYS],
  ...SOURCE_KEYS,
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
