import type { Node } from '@holdfast/compiler'
import { isLock, isStore, isUnlock, leaves } from '../kernel-names.js'
import type { Change, Operator } from '../mutant.js'
import { nodesOf, statementLists, textOf } from '../source-functions.js'
import type { SourceFunction } from '../source-functions.js'

/** Locks that are not taken or not released, or not where they should be. */

function* dropped(fn: SourceFunction, is: (statement: Node) => boolean): Generator<Change> {
  for (const node of nodesOf(fn))
    if (is(node)) yield { edits: [{ start: node.start, end: node.end, text: ';' }] }
}

export const dropLock: Operator = {
  name: 'drop-lock',
  about: 'a lock is not taken',
  changes: (fn) => dropped(fn, isLock),
}

export const dropUnlock: Operator = {
  name: 'drop-unlock',
  about: 'a lock is not released',
  changes: (fn) => dropped(fn, isUnlock),
}

/** Pairs of statements that follow each other, exchanged where `when` says so. */
function* exchanged(fn: SourceFunction, when: (one: Node, other: Node) => boolean): Generator<Change> {
  for (const list of statementLists(fn))
    for (const [at, one] of list.entries()) {
      const other = list[at + 1]
      if (other !== undefined && when(one, other)) yield exchange(fn, one, other)
    }
}

/** Each in the place of the other. */
function exchange(fn: SourceFunction, one: Node, other: Node): Change {
  return {
    edits: [
      { start: one.start, end: one.end, text: textOf(fn, other) },
      { start: other.start, end: other.end, text: textOf(fn, one) },
    ],
  }
}

export const swapLocks: Operator = {
  name: 'swap-locks',
  about: 'two locks are taken in the other order',
  changes: (fn) => exchanged(fn, (one, other) => isLock(one) && isLock(other)),
}

export const lateLock: Operator = {
  name: 'late-lock',
  about: 'a lock is taken one statement later',
  changes: (fn) =>
    exchanged(fn, (one, other) => isLock(one) && !isLock(other) && !isUnlock(other) && !leaves(other)),
}

export const earlyUnlock: Operator = {
  name: 'early-unlock',
  about: 'a lock is released one statement earlier (stores are store-after-unlock)',
  changes: (fn) =>
    exchanged(fn, (one, other) => isUnlock(other) && !isLock(one) && !isUnlock(one) && !isStore(one)),
}
