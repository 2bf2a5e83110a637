/**
 * What a program means by `@holdfast/explorer` when it runs: the part of the package that programs use. It stands apart so that a bundle
 * loads nothing else.
 */
export { defineProgram } from './define.js'
export { CheckFailed, call, check } from './model-mem.js'
export { ParamError } from './program-target.js'
