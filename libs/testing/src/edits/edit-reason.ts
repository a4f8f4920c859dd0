import type { Edit } from './edit-pairs.js';

/** The edit as the product names it: what a reason holds, deep inside. `base` makes a digest of the name of a base. */
export function reasonOfEdit(edit: Edit, base: (name: string) => string): object {
  switch (edit.kind) {
    case 'content':
      return { kind: 'files', added: 0, changed: 1, removed: 0, changes: [{ path: edit.path, mode: null }] };
    case 'mode':
      return { kind: 'files', added: 0, changed: 1, removed: 0, changes: [{ path: edit.path, mode: {} }] };
    case 'added':
    case 'unignored':
      return { kind: 'files', added: 1, changed: 0, removed: 0, changes: [{ path: edit.path, before: null }] };
    case 'removed':
    case 'ignored':
      return { kind: 'files', added: 0, changed: 0, removed: 1, changes: [{ path: edit.path, after: null }] };
    case 'argument':
    case 'environment':
      return { kind: 'variable', name: edit.name, before: edit.before, after: edit.after };
    case 'base':
      return { kind: 'base', before: base(edit.before), after: base(edit.after) };
    case 'line':
      return { kind: 'instruction', before: edit.before, after: edit.after };
    case 'nothing':
      return {};
  }
}
