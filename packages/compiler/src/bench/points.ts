import { type Calls } from '../emit.js'
import { type Compiled, DriverMem, type Manner, runCompiled } from '../testing/driver.js'
import { Workshop } from '../testing/workshop.js'

/**
 * What a scheduling point costs under each way of calling, by how deep in calls it is:
 *
 *   inside    the innermost function loops over its operations: what a suspension costs with the stack as it stands
 *   around    every function does one operation and calls the next: what the calls cost, shared among their points
 *
 * Run: node packages/compiler/dist/bench/points.js [points] [rounds]
 */
const DEPTHS = [1, 2, 5, 11]
const POINTS = Number(process.argv[2] ?? 2_000_000)
const ROUNDS = Number(process.argv[3] ?? 5)

function program(): string {
  const lines: string[] = []
  for (const depth of DEPTHS) {
    for (let at = 1; at <= depth; at++) {
      const next = at + 1
      const inside =
        at < depth
          ? `return inside${depth}x${next}(t, n)`
          : 'let sum = 0\nfor (let i = 0; i < n; i++) sum += mem.read(i & 63)\nreturn sum'
      const around =
        at < depth ? `return mem.read(n & 63) + around${depth}x${next}(t, n)` : 'return mem.read(n & 63)'
      lines.push(`function inside${depth}x${at}(t: any, n: number): number { const { mem } = t\n${inside} }`)
      lines.push(`function around${depth}x${at}(t: any, n: number): number { const { mem } = t\n${around} }`)
    }
    lines.push(`export function inside${depth}(t: any, n: number): number { return inside${depth}x1(t, n) }`)
    lines.push(
      `export function around${depth}(t: any, n: number): number { let sum = 0
for (let i = 0; i < n; i += ${depth}) sum += around${depth}x1(t, i)
return sum }`,
    )
  }
  return lines.join('\n')
}

type Main = (actor: { mem: DriverMem }, n: number) => Compiled<number>

/** Nanoseconds per point, the best of the rounds. */
function measure(main: Main, manner: Manner): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const mem = new DriverMem(new Int32Array(64), manner, false)
    const start = process.hrtime.bigint()
    runCompiled(mem, main({ mem }, POINTS))
    best = Math.min(best, Number(process.hrtime.bigint() - start) / POINTS)
  }
  return best
}

const workshop = new Workshop()
console.log(['calls', 'manner', 'loop', ...DEPTHS.map((depth) => `depth ${depth}`)].join('\t'))
for (const calls of ['trampoline', 'delegate'] satisfies Calls[]) {
  const exports = await workshop.load(program(), { calls })
  for (const manner of ['stay', 'suspend'] satisfies Manner[])
    for (const loop of ['inside', 'around']) {
      const costs = DEPTHS.map((depth) => measure(exports[`${loop}${depth}`] as Main, manner).toFixed(0))
      console.log([calls, manner, loop, ...costs].join('\t'))
    }
}
workshop.delete()
