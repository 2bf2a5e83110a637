import type { Node } from '@holdfast/compiler'
import { isLock, isStore, isUnlock } from '../kernel-names.js'
import type { Operator } from '../mutant.js'
import { statementLists, textOf } from '../source-functions.js'

/** Stores of a critical section that come after it. */
export const storeAfterUnlock: Operator = {
  name: 'store-after-unlock',
  about: 'the last store before an unlock comes after it',
  *changes(fn) {
    for (const list of statementLists(fn))
      for (const [at, unlock] of list.entries()) {
        if (!isUnlock(unlock)) continue
        const store = lastStore(list.slice(0, at))
        if (store === undefined) continue
        yield {
          edits: [
            { start: store.start, end: store.end, text: ';' },
            { start: unlock.end, end: unlock.end, text: `\n${textOf(fn, store)}` },
          ],
        }
      }
  },
}

/** The last store of the section that these statements are the end of. */
function lastStore(before: readonly Node[]): Node | undefined {
  for (const statement of before.toReversed()) {
    if (isLock(statement) || isUnlock(statement)) return undefined
    if (isStore(statement)) return statement
  }
  return undefined
}
