/** The reference of what every package exports, made from the doc comments. A public name without one is an error. */

/**
 * Every package, with the types that its exports name but that are not exported: parts of the engine and the machine, and
 * what stands for something that is written out in a call.
 */
export const PACKAGES = {
  'atomics-sync': [],
  compiler: [],
  explorer: [
    'engine/actors.ts:Actors',
    'engine/actors.ts:Maker',
    'engine/context.ts:SavedOp',
    'engine/store-buffers.ts:StoreBuffers',
  ],
  mm: [],
  kernel: [],
  cpu: ['host/audited-mem.ts:AuditedMem', 'host/events.ts:EventRing'],
  viewer: [],
  harness: [
    'scenario/define.ts:Declared',
    'scenario/types.ts:OnLwp',
    'scenario/types.ts:OnProcess',
    'vitest/hold-matcher.ts:Verdict',
  ],
}

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'Holdfast',
  entryPoints: [
    ...Object.keys(PACKAGES).map((name) => `../packages/${name}/src/index.ts`),
    '../packages/harness/src/vitest/index.ts',
  ],
  basePath: '../packages',
  displayBasePath: '../packages',
  plugin: ['./header-comments.mjs'],
  tsconfig: 'tsconfig.json',
  out: '../docs/api',
  readme: 'none',
  disableGit: true,
  sourceLinkTemplate: '../../packages/{path}#L{line}',
  // Members stand as in the source: reset, event, finish; fields in the order of their record.
  sort: ['source-order'],
  validation: { notExported: false, invalidLink: true, notDocumented: true },
  // Of properties those that their names and types do not explain have a comment: a rule cannot tell which.
  requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'Method', 'Accessor', 'TypeAlias'],
  packagesRequiringDocumentation: Object.keys(PACKAGES).map((name) => `@holdfast/${name}`),
  // `tsc -b` checks the types, each package with the libraries it has; here they are one program.
  skipErrorChecking: true,
}
