import fc from 'fast-check'

/**
 * Random programs that touch shared state in every way the source may: functions f0 .. f5, of which a function calls only
 * those before it, f1 and f4 may sleep, and f2 and f3 are also operations of two tables. Every loop ends.
 */
const FUNCTIONS = 6
const SLEEPS: ReadonlySet<number> = new Set([1, 4])

/** The words that programs touch: 1 .. 8, and every address is brought into that range. */
const address = (expression: string): string => `(1 + ((${expression}) & 7))`

interface Piece {
  expression: string
  statement: string
  block: string
}

/** Pieces of the body of function number `level`. */
function pieces(level: number): fc.LetrecValue<Piece> {
  const sleeps = SLEEPS.has(level)
  const callable: number[] = Array.from({ length: level }, (_, n) => n).filter(
    (n) => sleeps || !SLEEPS.has(n),
  )
  return fc.letrec<Piece>((tie: fc.LetrecTypedTie<Piece>) => {
    const e: fc.Arbitrary<string> = tie('expression')
    const call = fc.tuple(fc.constantFrom(...callable, -1), e).map(([n, x]) => {
      if (n < 0) return `(${x})`
      return SLEEPS.has(n) ? `(yield* f${n}(t, ${x}))` : `f${n}(t, ${x})`
    })
    // The tables' operations are f2 and f3, which only later functions may call.
    const indirect =
      level > 3
        ? fc.tuple(fc.boolean(), e).map(([one, x]) => `(${one ? 'one' : 'two'}.operate(t, ${x}))`)
        : fc.constant('x')
    return {
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.integer({ min: -9, max: 9 }).map((n) => `(${n})`),
        fc.constantFrom('x', 'y', 'z'),
        e.map((a) => `mem.read(${address(a)})`),
        e.map((a) => `mem.load(${address(a)})`),
        fc
          .tuple(fc.constantFrom('add', 'sub', 'or', 'and', 'exchange'), e, e)
          .map(([op, a, b]) => `mem.${op}(${address(a)}, ${b})`),
        fc.tuple(e, e, e).map(([a, b, c]) => `mem.cas(${address(a)}, ${b}, ${c})`),
        call,
        indirect,
        fc
          .tuple(fc.constantFrom('+', '-', '*', '^', '&&', '||', '<', '===', ','), e, e)
          .map(([op, a, b]) => `(Number(${a} ${op === ',' ? '|' : op} ${b}) | 0)`),
        fc.tuple(e, e, e).map(([a, b, c]) => `(${a} > 0 ? ${b} : ${c})`),
        e.map((a) => `\`\${${a}}\`.length`),
        fc.tuple(e, e).map(([a, b]) => `[${a}, ...[${b}]].map((n) => n + 1)[1]!`),
        fc
          .tuple(e, e)
          .map(([a, b]) => `{ p: ${a}, ['q']: ${b} }.p`)
          .map((text) => `(${text})`),
      ),
      statement: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.tuple(e, e).map(([a, b]) => `mem.write(${address(a)}, ${b})`),
        fc.tuple(e, e).map(([a, b]) => `mem.store(${address(a)}, ${b})`),
        fc.constant('mem.fence()'),
        // What starts with a parenthesis would join the line before.
        e.map((a) => (/^[([`]/.test(a) ? `void ${a}` : a)),
        fc.tuple(fc.constantFrom('x', 'y', 'z'), e).map(([v, a]) => `${v} = ${a}`),
        fc.tuple(e, tie('block'), tie('block')).map(([a, b, c]) => `if (${a}) ${b}\nelse ${c}`),
        fc.tuple(e, tie('block')).map(([a, b]) => `for (let i = 0; i < (${a} & 3); i++) ${b}`),
        tie('block').map((b) => `{ let n = 0\ndo ${b}\nwhile (n++ < 2 && mem.read(1) > 0) }`),
        fc
          .tuple(e, tie('block'), tie('block'))
          .map(
            ([a, b, c]) =>
              `try { if (${a} > 3) throw new Error('three')\n${b} } catch { ${c} } finally { y = ${a} }`,
          ),
        fc
          .tuple(e, e, tie('block'))
          .map(([a, b, c]) => `switch (${a}) { case ${b}: ${c}\nbreak\ndefault: z = ${b} }`),
        fc.tuple(e, e).map(([a, b]) => `if (${a} === 5) return ${b}`),
        sleeps ? fc.constant('yield') : fc.constant('x = x + 1'),
      ),
      block: fc.array(tie('statement'), { maxLength: 4 }).map((list) => `{\n${list.join('\n')}\n}`),
    }
  })
}

const HEAD = `import { operations } from './operations.js'
interface T { readonly mem: any }
`

const TABLES = `const one = operations({ operate: f2 })
const two = operations({ operate: f3 })
`

/** The text of a module that exports main(t), a function that sleeps. */
export const randomProgram: fc.Arbitrary<string> = fc
  .tuple(
    ...Array.from({ length: FUNCTIONS }, (_, level) => {
      const { expression, block } = pieces(level)
      return fc.tuple(block, expression).map(([body, result]) => {
        const word = SLEEPS.has(level) ? 'function*' : 'function'
        const type = SLEEPS.has(level) ? 'Generator<void, number, void>' : 'number'
        return `${word} f${level}(t: T, x: number): ${type} {
const { mem } = t
let y = x
let z = 1
${body}
return (${result})
}
`
      })
    }),
  )
  .map(
    (functions) =>
      `${HEAD}${functions.join('')}${TABLES}export function* main(t: T): Generator<void, number, void> { return (yield* f4(t, 3)) + f5(t, 4) }\n`,
  )
