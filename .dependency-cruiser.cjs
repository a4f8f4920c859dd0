const { importRules } = require('./tools/lint/src/import-rules.ts');
const { readImportTable } = require('./tools/lint/src/import-table.ts');

module.exports = {
  forbidden: importRules(readImportTable()),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(?:^|/)(?:dist|\\.next|\\.cooperage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'apps/web/tsconfig.json' },
    // Workspace packages are read from their sources, as tests and types read them.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
    },
  },
};
