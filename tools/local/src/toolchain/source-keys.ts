import type { GoEdit } from './go-edits.ts';

const BUILDKIT = 'github.com/moby/buildkit';
const OPS = `${BUILDKIT}/solver/llbsolver/ops`;

/**
 * The key of a copy or a step has the contents of its sources, sorted by their paths and without what lies below another one. It does not
 * have which of them stands where, nor what a link below another source leads to, nor any path where a source is the state that is
 * written upon (R19B-1). So where several sources come from one input, their paths are in the key, with each content in their order.
 */
const SEVERAL_SOURCES: readonly GoEdit[] = [
  {
    file: 'file.go',
    behind: '\t\t\t\tp.Src = path.Base(p.Src)\n',
    insert: `\t\t\t\tif len(f.op.Actions) > 1 || action.SecondaryInput == action.Input {
					p.Src = a.Copy.Src
				}
`,
  },
  {
    file: 'file.go',
    behind: '\t\tcm.Deps[idx].ComputeDigestFunc = opsutils.NewContentHashFunc(dedupeSelectors(m))\n',
    insert: `\t\tif len(m) > 1 {
			cm.Deps[idx].ComputeDigestFunc = opsutils.NewContentHashFunc(m)
		}
`,
  },
  {
    file: 'exec.go',
    behind: '\t\tm.Selector = ""\n',
    insert: `\t\tfor j, other := range op.Mounts {
			if j != i && m.Input >= 0 && other.Input == m.Input {
				m.Selector = e.op.Mounts[i].Selector
			}
		}
`,
  },
  {
    file: 'exec.go',
    behind:
      '\t\t\tcm.Deps[i].ComputeDigestFunc = opsutils.NewContentHashFunc(toSelectors(dedupePaths(dep.Selectors)))\n',
    insert: `\t\t\tif len(dep.Selectors) > 1 {
				inOrder := make([]opsutils.Selector, 0, len(dep.Selectors))
				for _, p := range dep.Selectors {
					inOrder = append(inOrder, opsutils.Selector{Path: p, FollowLinks: true})
				}
				cm.Deps[i].ComputeDigestFunc = opsutils.NewContentHashFunc(inOrder)
			}
`,
  },
].map((edit) => ({ package: OPS, ...edit }));

/**
 * Patterns of `--parents` and `--exclude` choose what is copied of a folder. A source that is a file or a link itself is copied whatever
 * they say, but where they do not match its empty rest of a path, no content at all was in the key (R19B-1).
 */
const FILTERED_SOURCES: readonly GoEdit[] = [
  {
    ...{ package: `${BUILDKIT}/cache/contenthash`, file: 'checksum.go' },
    behind: '\t\tif !shouldInclude && !dirHeader {\n',
    insert: `\t\t\tif source, ok := root.Get(k); ok && parentDir == nil && source.Type != CacheRecordTypeDir {
				cr, upt, err := cc.checksum(ctx, root, txn, m, k, false)
				if err != nil {
					return "", nil, err
				}
				updated = updated || upt
				maybeIncludedPath.record = cr
				includedPaths = append(includedPaths, maybeIncludedPath)
			}
`,
  },
];

/**
 * A folder that a wildcard finds makes the destination a folder, also where patterns leave nothing of it. Then nothing of it was in the
 * key, so it could decide at which of two paths another file lies (R25B-2).
 */
const EMPTIED_FOLDERS: readonly GoEdit[] = [
  {
    ...{ package: `${BUILDKIT}/cache/contenthash`, file: 'checksum.go' },
    behind: '\t\tif cr.Type == CacheRecordTypeDirHeader {\n',
    insert: `\t\t\tif parentDir == nil && opts.Wildcard && !maybeIncludedPath.included {
				includedPaths = append(includedPaths, maybeIncludedPath)
				maybeIncludedPath.included = true
			}
`,
  },
];

/**
 * The copy and the key ask patterns with an exception (`!`) from other places, so a copy could have files of which nothing was in the key
 * (R25B-1). The key has all of such a folder. A mark that stands elsewhere in a pattern makes it whole as well, which is never too little.
 */
const EXCEPTED_FILES: readonly GoEdit[] = [
  {
    ...{ package: OPS, file: 'file.go' },
    behind:
      'func addSelector(m map[int][]opsutils.Selector, idx int, sel string, wildcard, followLinks bool, includePatterns, excludePatterns, requiredPaths []string) {\n',
    insert: `\tif slices.ContainsFunc(excludePatterns, func(p string) bool { return bytes.IndexByte([]byte(p), '!') >= 0 }) {
		excludePatterns = nil
	}
`,
  },
];

/**
 * A copy takes what stands before the first wildcard of a pattern literally. In the key the whole pattern was matched, where a backslash
 * there is an escape: below a folder whose name has one nothing was found, and no content was in the key (R21B-1).
 */
const LITERAL_FOLDERS: readonly GoEdit[] = [
  {
    ...{ package: `${BUILDKIT}/cache/contenthash`, file: 'checksum.go' },
    behind: '\t\t\t\tinclude, err := path.Match(p, fn)\n',
    insert: `\t\t\t\tif d1, d2 := splitWildcards(p); d2 == "" {
					include, err = fn == d1, nil
				} else if rest, ok := strings.CutPrefix(fn, strings.TrimSuffix(d1, "/")+"/"); ok {
					include, err = path.Match(d2, rest)
				} else {
					include, err = false, nil
				}
`,
  },
];

/**
 * What a content digest leaves out or runs together: a file's name could hold the digest of another, so a list of what a pattern found
 * could be that of other files; the numbers of devices were asked for by a condition that never holds; a socket counted as an empty file;
 * access control lists are copied and were not counted (R20B). One extended attribute could be two others (R21B-2).
 */
const WHOLE_CONTENTS: readonly GoEdit[] = [
  {
    file: 'checksum.go',
    behind: '\t\th.Write(k)\n\t\th.Write([]byte(w.record.Digest))\n',
    // Two in a row are in no path and in no digest.
    insert: '\t\th.Write([]byte{0, 0})\n',
  },
  {
    file: 'filehash_unix.go',
    behind: '\tstat.Gid = s.Gid\n',
    insert: `
	if kind := s.Mode & syscall.S_IFMT; kind == syscall.S_IFBLK || kind == syscall.S_IFCHR {
		stat.Devmajor = int64(unix.Major(uint64(s.Rdev)))
		stat.Devminor = int64(unix.Minor(uint64(s.Rdev)))
	}
`,
  },
  {
    file: 'filehash.go',
    behind: 'func NewFromStat(stat *fstypes.Stat) (hash.Hash, error) {\n',
    insert: '\tisSocket := stat.Mode&uint32(os.ModeSocket) != 0\n',
  },
  {
    file: 'filehash.go',
    behind: '\thdr.Gid = int(stat.Gid)\n',
    insert: "\tif isSocket {\n\t\thdr.Typeflag = 's'\n\t}\n",
  },
  {
    file: 'tarsum.go',
    behind: '\t\tif k, ok := strings.CutPrefix(k, "SCHILY.xattr."); ok {\n',
    insert: `\t\t\tif strings.HasPrefix(k, "system.posix_acl_") {
				xAttrKeys = append(xAttrKeys, k)
			}
`,
  },
  {
    file: 'tarsum.go',
    behind: '\tfor _, k := range xAttrKeys {\n',
    insert: `\t\tborders := strconv.Itoa(len(k)) + ":" + strconv.Itoa(len(h.PAXRecords["SCHILY.xattr."+k])) + ":"
		orderedHeaders = append(orderedHeaders, [2]string{borders, ""})
`,
  },
].map((edit) => ({ package: `${BUILDKIT}/cache/contenthash`, ...edit }));

/** By this a builder knows that the keys of its engine have what they need. `libs/domain` knows the word. */
const KEYED_SOURCES: readonly GoEdit[] = [
  {
    ...{ package: `${BUILDKIT}/version`, file: 'version.go' },
    behind: '\tRevision = ""\n)\n',
    insert: '\nfunc init() {\n\tRevision += "+cooperage.keyed-sources"\n}\n',
  },
];

export const SOURCE_KEYS: readonly GoEdit[] = [
  ...[...SEVERAL_SOURCES, ...FILTERED_SOURCES, ...EMPTIED_FOLDERS],
  ...[...EXCEPTED_FILES, ...LITERAL_FOLDERS],
  ...[...WHOLE_CONTENTS, ...KEYED_SOURCES],
];
