import { child, children, identifier, memberName } from '@holdfast/compiler'
import type { Operator } from '../mutant.js'
import { nodesOf, textOf } from '../source-functions.js'

/** What becomes of an atomic operation: a function that reads, and then writes. They have their names from what they are used for. */
const HALVES: Readonly<Record<string, string>> = {
  add: 'const old = mem.read(addr); mem.write(addr, old + value); return old',
  sub: 'const old = mem.read(addr); mem.write(addr, old - value); return old',
  or: 'const old = mem.read(addr); mem.write(addr, old | value); return old',
  and: 'const old = mem.read(addr); mem.write(addr, old & value); return old',
  exchange: 'const old = mem.read(addr); mem.write(addr, value); return old',
  cas: 'const old = mem.read(addr); if (old === expected) mem.write(addr, value); return old',
}

export const weakenAtomic: Operator = {
  name: 'weaken-atomic',
  about: 'an atomic read-modify-write is a read and then a write',
  *changes(fn) {
    for (const node of nodesOf(fn)) {
      if (node.type !== 'CallExpression') continue
      const callee = child(node, 'callee')
      if (callee === undefined || identifier(child(callee, 'object')) !== 'mem') continue
      const op = memberName(callee) ?? ''
      const halves = HALVES[op]
      if (halves === undefined) continue
      const args = children(node, 'arguments').map((each) => textOf(fn, each))
      const { length } = fn.source.text
      const params =
        op === 'cas'
          ? 'mem: any, addr: number, expected: number, value: number'
          : 'mem: any, addr: number, value: number'
      yield {
        edits: [
          { start: node.start, end: node.end, text: `${op}InHalves(mem, ${args.join(', ')})` },
          { start: length, end: length, text: `\nfunction ${op}InHalves(${params}): number { ${halves} }\n` },
        ],
      }
    }
  },
}
