/**
 * What a test file that is compiled for its programs means by `vitest`: its tests do nothing, groups of tests run their bodies, since a
 * program may be defined there, and whatever else is asked for is something that may be called, and has every property.
 */

const nothing: unknown = new Proxy(() => {}, {
  get: (_, property) => (property === 'then' || typeof property === 'symbol' ? undefined : nothing),
  apply: () => nothing,
  construct: () => nothing as object,
})

function group(...args: readonly unknown[]): unknown {
  const body = args.find((arg) => typeof arg === 'function') as (() => unknown) | undefined
  try {
    body?.()
  } catch {
    // Only the tests in it need it to go well.
  }
  return nothing
}

const groups: unknown = Object.assign(group, {
  only: group,
  concurrent: group,
  sequential: group,
  shuffle: group,
  skip: nothing,
  todo: nothing,
  each: nothing,
  for: nothing,
  runIf: nothing,
  skipIf: nothing,
})

export const describe = groups
export const suite = groups
export const test = nothing
export const it = nothing
export const bench = nothing
export const expect = nothing
export const assert = nothing
export const should = nothing
export const chai = nothing
export const vi = nothing
export const vitest = nothing
export const beforeAll = nothing
export const beforeEach = nothing
export const afterAll = nothing
export const afterEach = nothing
export const aroundAll = nothing
export const aroundEach = nothing
export const onTestFailed = nothing
export const onTestFinished = nothing
export const inject = nothing
export const recordArtifact = nothing
export const expectTypeOf = nothing
export const assertType = nothing
export const createExpect = nothing
export const EvaluatedModules = nothing
export const toHoldInEveryInterleaving = nothing
export default nothing
