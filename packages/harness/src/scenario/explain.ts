import type * as v from 'valibot'
import { notAllowed, pathText, type Problem } from './problem.js'

type Issue = v.BaseIssue<unknown>
type Keys = readonly (string | number)[]

/** The problems of a value that a schema refused, in the form all problems have. */
export function explain(issues: readonly Issue[], base: Keys = []): Problem[] {
  return issues.flatMap((issue) => explainIssue(issue, base))
}

function explainIssue(issue: Issue, base: Keys): Problem[] {
  const keys = [...base, ...(issue.path ?? []).map(({ key }) => key as string | number)]
  const inside = insideUnion(issue)
  if (inside.length > 0) return explain(inside, keys)
  const path = pathText(keys)
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return [{ path, message: `there is no such field; ${issue.message}` }]
  }
  if (issue.input === undefined || (issue.type === 'strict_object' && issue.expected !== 'Object')) {
    return [{ path, message: `missing; ${issue.message}` }]
  }
  return [notAllowed(path, issue.input, issue.message)]
}

/** Where a value has the shape of one alternative of a union, what is wrong within it says more than the union. */
function insideUnion(issue: Issue): Issue[] {
  return issue.type === 'union' ? (issue.issues ?? []).filter(({ path }) => path !== undefined) : []
}
