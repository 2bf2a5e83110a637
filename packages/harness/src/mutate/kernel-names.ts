import { child, children, identifier, memberName, unwrap } from '@holdfast/compiler'
import type { Node } from '@holdfast/compiler'

/** What the names of the kernel's functions mean to operators. */

const LOCKS =
  /^(mutexEnter|mutexSpinEnter|lwpLock|spcLock|spcDlock|rwEnter|vmMapLock|vmMapLockRead|kpreemptDisable)$/
const UNLOCKS =
  /^(mutexExit|mutexSpinExit|lwpUnlock|spcUnlock|rwExit|vmMapUnlock|vmMapUnlockRead|turnstile\.exit|kpreemptEnable)$/
const WAKEUPS = /(wake|wakeup|signal|broadcast|notify|kick|resched|setrunnable|unsleep|enqueue)/i
/** A sleeper that queues itself, which is no wake-up. */
const SLEEPS = /^sleepq/i

/** The call that an expression statement is, `yield*` or not. */
export function callOf(statement: Node): Node | undefined {
  if (statement.type !== 'ExpressionStatement') return undefined
  const expression = unwrap(child(statement, 'expression') as Node)
  const call = expression.type === 'YieldExpression' ? child(expression, 'argument') : expression
  return call?.type === 'CallExpression' ? call : undefined
}

/** `mutexEnter`, `turnstile.exit` (without `actor.` before it), or nothing. */
export function calleeName(call: Node): string {
  const callee = unwrap(child(call, 'callee') as Node)
  const method = memberName(callee)
  if (method === undefined) return identifier(callee) ?? ''
  const object = child(callee, 'object') as Node
  return `${identifier(object) ?? memberName(object) ?? ''}.${method}`
}

function isCallTo(statement: Node, names: RegExp): boolean {
  const call = callOf(statement)
  return call !== undefined && names.test(calleeName(call))
}

export function isLock(statement: Node): boolean {
  return isCallTo(statement, LOCKS)
}

export function isUnlock(statement: Node): boolean {
  return isCallTo(statement, UNLOCKS)
}

export function isWakeup(statement: Node): boolean {
  const call = callOf(statement)
  if (call === undefined) return false
  const name = calleeName(call)
  if (name === 'sleepq.wake') return true
  return WAKEUPS.test(name) && !SLEEPS.test(name)
}

/** A statement that does no more than write a shared word. */
export function isStore(statement: Node): boolean {
  return isCallTo(statement, /^mem\.(write|store)$/)
}

/** A statement that does no more than panic: what it depends on is an assertion. */
export function isPanic(statement: Node): boolean {
  if (statement.type !== 'BlockStatement') return isCallTo(statement, /^panic$/)
  const [only, ...rest] = children(statement, 'body')
  return only !== undefined && rest.length === 0 && isPanic(only)
}

/** A statement after which control goes elsewhere: or a block that ends with one. */
export function leaves(statement: Node): boolean {
  if (/^(Return|Continue|Break|Throw)Statement$/.test(statement.type)) return true
  if (statement.type !== 'BlockStatement') return isPanic(statement)
  const last = (statement['body'] as readonly Node[]).at(-1)
  return last !== undefined && leaves(last)
}
