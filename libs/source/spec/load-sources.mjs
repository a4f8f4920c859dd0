import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

/** Lets a plain Node process, which a test starts in order to kill it, run these TypeScript sources as they are. */
registerHooks({
  resolve: (name, context, next) => {
    const isOurs = name.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(isOurs ? name.replace(/\.js$/, '.ts') : name, context);
  },
  load: (url, context, next) => {
    if (!url.endsWith('.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const jsc = { target: 'es2024', parser: { syntax: 'typescript' } };
    const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, swcrc: false, jsc });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
