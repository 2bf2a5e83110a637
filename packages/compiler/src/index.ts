export { compile } from './compile.js'
export type { Compiled, CompileOptions } from './compile.js'
export type { Hint } from './build.js'
export type { Calls, CompiledFunction, Site } from './emit.js'
export { codeHash } from './code-hash.js'
export { PatchedText } from './patches.js'
export { child, children, eachChild, identifier, isFunction, memberName, unwrap } from './ast.js'
export type { Node } from './ast.js'
export { makeFolder } from './make-folder.js'
export { mechanical } from './c-names.js'
export { parseSource } from './source.js'
export type { Source } from './source.js'
export type { Patch } from './patches.js'
export { CompileError } from './problems.js'
export type { Problem } from './problems.js'
export {
  ADD,
  AND,
  AWAIT,
  CAS,
  CHOOSE,
  COPY,
  CV_BROADCAST,
  CV_SIGNAL,
  CV_WAIT,
  EXCHANGE,
  FENCE,
  FILL,
  JOIN,
  LOAD,
  LOCK,
  NOTIFY,
  OP_NAMES,
  OR,
  READ,
  SPAWN,
  SPIN_WHILE,
  SPIN_WHILE_BOTH,
  STORE,
  SUB,
  TRY_LOCK,
  UNLOCK,
  WAIT,
  WRITE,
  YIELD,
} from './op-kinds.js'
