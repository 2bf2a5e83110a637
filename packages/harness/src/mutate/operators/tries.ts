import { children } from '@holdfast/compiler'
import { calleeName } from '../kernel-names.js'
import type { Operator } from '../mutant.js'
import { nodesOf, textOf } from '../source-functions.js'

/** What waits in place of a try, where it comes from, and whether it may sleep. */
const BLOCKING: Readonly<Record<string, { name: string; from: string; sleeps: boolean }>> = {
  mutexTryEnter: { name: 'mutexEnter', from: '@holdfast/atomics-sync', sleeps: true },
  mutexSpinTryEnter: { name: 'mutexSpinEnter', from: '@holdfast/atomics-sync', sleeps: false },
  lwpTrylock: { name: 'lwpLock', from: './kern-lwp-lock.js', sleeps: false },
  vmMapLockTry: { name: 'vmMapLock', from: '@holdfast/mm', sleeps: true },
}

export const tryToBlocking: Operator = {
  name: 'try-to-blocking',
  about: 'a lock that was tried is waited for',
  *changes(fn) {
    for (const node of nodesOf(fn)) {
      if (node.type !== 'CallExpression') continue
      const blocking = BLOCKING[calleeName(node)]
      if (blocking === undefined || (blocking.sleeps && !fn.isGenerator)) continue
      // A package does not import itself.
      const from = fn.source.path.includes('/atomics-sync/') ? './spin-mutex.js' : blocking.from
      const args = children(node, 'arguments')
        .map((each) => textOf(fn, each))
        .join(', ')
      const call = `${blocking.sleeps ? 'yield* ' : ''}waitsFor(${args})`
      const { length } = fn.source.text
      yield {
        edits: [
          { start: node.start, end: node.end, text: `(${call}, true)` },
          { start: length, end: length, text: `\nimport { ${blocking.name} as waitsFor } from '${from}'\n` },
        ],
      }
    }
  },
}
