import { Mem } from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  listInsertHead,
  listRemove,
  tailqFirst,
  tailqInsertBefore,
  tailqInsertHead,
  tailqInsertTail,
  tailqNext,
  tailqRemove,
} from './list.js'

const HEAD = 16
const LINK = 3
const records = Array.from({ length: 8 }, (_, i) => 32 + i * 8)

/** Insert at the head, at the tail, before another; remove. */
const commands = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 7 }), fc.nat({ max: 7 })), {
  maxLength: 60,
})

function newMem(): Mem {
  return new Mem(new SharedArrayBuffer(128 * 4))
}

test('a TAILQ holds what an array would, forwards and backwards (500 sequences of up to 60 operations)', () => {
  fc.assert(
    fc.property(commands, (sequence) => {
      const mem = newMem()
      const model: number[] = []
      for (const [kind, which, other] of sequence) {
        const item = records[which]!
        const before = records[other]!
        if (model.includes(item)) {
          tailqRemove(mem, HEAD, item, LINK)
          model.splice(model.indexOf(item), 1)
        } else if (kind === 0) {
          tailqInsertHead(mem, HEAD, item, LINK)
          model.unshift(item)
        } else if (kind === 1 && model.includes(before)) {
          tailqInsertBefore(mem, HEAD, before, item, LINK)
          model.splice(model.indexOf(before), 0, item)
        } else {
          tailqInsertTail(mem, HEAD, item, LINK)
          model.push(item)
        }
        const forwards: number[] = []
        for (let i = tailqFirst(mem, HEAD); i !== 0; i = tailqNext(mem, i, LINK)) forwards.push(i)
        const backwards: number[] = []
        for (let i = mem.read(HEAD + 1); i !== 0; i = mem.read(i + LINK + 1)) backwards.push(i)
        expect(forwards).toEqual(model)
        expect(backwards.reverse()).toEqual(model)
      }
    }),
    { numRuns: 500 },
  )
})

test('a LIST record leaves its list without knowing the head (500 sequences of up to 60 operations)', () => {
  fc.assert(
    fc.property(commands, (sequence) => {
      const mem = newMem()
      const model: number[] = []
      for (const [, which] of sequence) {
        const item = records[which]!
        if (model.includes(item)) {
          listRemove(mem, item, LINK)
          model.splice(model.indexOf(item), 1)
        } else {
          listInsertHead(mem, HEAD, item, LINK)
          model.unshift(item)
        }
        const found: number[] = []
        for (let i = mem.read(HEAD); i !== 0; i = mem.read(i + LINK)) found.push(i)
        expect(found).toEqual(model)
      }
    }),
    { numRuns: 500 },
  )
})
