import { trimEnd, trimStart } from './lines.js';

/** A parser directive (`# name=value`), from the comment lines at the top of a Dockerfile. */
export interface Directive {
  readonly name: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

const known = ['syntax', 'escape', 'check'];

/** Directives end at the first line that is none, and at the second of the same name (which BuildKit refuses). */
export function readDirectives(lines: readonly string[], comment: '#' | '//', trimLines: boolean): Directive[] {
  const pattern = new RegExp(`^${comment}[\\t\\n\\f\\r ]*([a-zA-Z][a-zA-Z0-9]*)[\\t\\n\\f\\r ]*=[\\t\\n\\f\\r ]*(.*)$`);
  const found: Directive[] = [];
  for (const [index, raw] of lines.entries()) {
    const match = pattern.exec(trimLines ? trimStart(raw) : raw);
    const name = match?.[1]?.toLowerCase() ?? '';
    const value = trimEnd(match?.[2] ?? '');
    if (value === '' || !known.includes(name) || found.some((directive) => directive.name === name)) break;
    found.push({ name, value, line: index + 1 });
  }
  return found;
}

/** The frontend that a Dockerfile asks for. */
export interface SyntaxRequest {
  readonly image: string;
  /** From 1. */
  readonly line: number;
}

const maxJsonBytes = 1024 * 1024;

/**
 * Finds `# syntax=`, `// syntax=` and `{"syntax": …}`, as BuildKit's `DetectSyntax`: a first line `#!` is passed over.
 */
export function detectSyntax(lines: readonly string[]): SyntaxRequest | null {
  const shebang = lines[0]?.startsWith('#!') ? 1 : 0;
  const rest = lines.slice(shebang);
  for (const comment of ['#', '//'] as const) {
    const directive = readDirectives(rest, comment, false).find(({ name }) => name === 'syntax');
    if (directive) return { image: directive.value.split(' ', 1)[0]!, line: directive.line + shebang };
  }
  const image = jsonSyntax(rest);
  return image === null ? null : { image, line: 1 };
}

function jsonSyntax(lines: readonly string[]): string | null {
  const first = lines.find((line) => line.trim() !== '');
  if (!first?.trimStart().startsWith('{')) return null;
  const text = lines.join('\n');
  if (text.length > maxJsonBytes) return null;
  try {
    const syntax: unknown = (JSON.parse(text) as Record<string, unknown>).syntax;
    return typeof syntax === 'string' ? syntax : null;
  } catch {
    return null;
  }
}
