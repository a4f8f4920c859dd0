import { processRoles, shapes } from './process-roles.js';
import { isGroup, isSetting, type OptionalGroup, type Setting, type Shape, type Variable } from './setting.js';
import { toolVariables, variables } from './variables.js';

const introduction = `# Configuration

Every process reads its configuration from environment variables, once, at its start. All problems are named at once, a
variable that starts with \`COOPERAGE_\` and is not in this list is refused, and an empty variable counts as not set.

A variable marked *file* may instead be given as \`NAME_FILE\`, the path of a file that holds the value. A *secret* is
never printed, and a process that has no use for it refuses to start with it.

This page is generated: \`npm run reference --workspace @cooperage/config\`.
`;

/** The reference page of all variables, in Markdown. */
export function renderReference(): string {
  const head = ['variable', 'meaning', ...processRoles];
  const rows = Object.values(variables).map((variable) => [
    nameCell(variable),
    variable.summary,
    ...processRoles.map((role) => needCell(shapes[role], variable)),
  ]);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${introduction}\n${lines.join('\n')}\n\n${toolSection()}`;
}

function toolSection(): string {
  const rows = Object.entries(toolVariables).map(([name, summary]) => `| \`${name}\` | ${summary} |`);
  return ['The launcher and the tests read:', '', '| variable | meaning |', '| --- | --- |', ...rows, ''].join('\n');
}

function nameCell(variable: Variable<unknown>): string {
  const marks = [variable.secret && 'secret', variable.fromFile && 'file'].filter(Boolean);
  return [`\`${variable.name}\``, ...marks.map((mark) => `*${mark}*`)].join(' ');
}

/** How one process reads a variable; empty where it does not. */
function needCell(shape: Shape, variable: Variable<unknown>): string {
  for (const node of Object.values(shape)) {
    const words = nodeWords(node, variable);
    if (words) return words;
  }
  return '';
}

function nodeWords(node: Shape[string], variable: Variable<unknown>): string {
  if (isSetting(node)) return node.variable.name === variable.name ? settingWords(node) : '';
  return isGroup(node) ? groupWords(node, variable) : needCell(node, variable);
}

function groupWords(group: OptionalGroup<unknown>, variable: Variable<unknown>): string {
  const words = needCell(group.settings, variable);
  return words === 'required' ? 'with its group' : words;
}

function settingWords(setting: Setting<unknown>): string {
  if (setting.need !== 'default') return setting.need;
  return setting.fallbackWords ?? (setting.fallback === '' ? 'none' : `\`${setting.fallback}\``);
}
