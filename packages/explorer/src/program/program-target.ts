import type { Report } from '../engine/observer.js'
import type { Coroutine, Target } from '../engine/target.js'
import type { World } from '../engine/world.js'
import type { Params, Program, Variable } from './define.js'
import { isCall } from './model-mem.js'
import type { ModelMem } from './model-mem.js'

/** First word of a program's variables: 0 is NULL. */
const FIRST = 8

/** A wrong parameter of a program: the message names it, its value, and what is allowed. */
export class ParamError extends RangeError {
  override readonly name = 'ParamError'
}

/** Makes what the engine explores of a program and its parameters. Throws {@link ParamError}. */
export function programTarget(program: Program, given: Params = {}): Target {
  const params = { ...program.params, ...checked(program, given) }
  const memory = program.memory(params)
  const names: string[] = []
  const unlocked: (string | undefined)[] = []
  const at: Record<string, number> = {}
  const image: number[] = Array.from({ length: FIRST }, () => 0)
  for (const [name, variable] of Object.entries(memory)) {
    at[name] = image.length
    const words = wordsOf(variable)
    for (const [i, word] of words.entries()) {
      names[image.length] = words.length === 1 ? name : `${name}[${i}]`
      unlocked[image.length] = program.unlocked?.[name]
      image.push(word)
    }
  }
  const threads = program.threads(params, at)
  for (const [n, body] of threads.entries()) {
    if (!isCall(body))
      throw new ParamError(
        `thread ${n + 1} of ${program.name} is ${String(body).split('\n', 1)[0]}; call(f, ...arguments) is expected`,
      )
  }
  // One for all executions: to make another each time took a tenth of the time of a small one.
  let words: Int32Array = new Int32Array(0)
  const final = { ended: false, read: (addr: number) => words[addr] as number }
  return {
    name: program.name,
    image: Int32Array.from(image),
    pure: true,
    start(world) {
      for (const body of threads) world.addActor((mem) => coroutineOf(body(mem as unknown as ModelMem)))
    },
    threw(world, actor, error) {
      world.report(failure(world, actor, error))
      return false
    },
    finish(world) {
      if (program.check === undefined || world.outcome === 'abandoned') return
      ;({ words } = world)
      final.ended = world.outcome === 'done'
      const wrong = program.check(final, params, at)
      if (wrong !== undefined)
        world.report({ verdict: 'assertion', message: `at the end: ${wrong}`, sites: [], steps: [] })
    },
    unlockedReason: (addr) => unlocked[addr],
    nameOf: (addr) => names[addr] ?? `word ${addr}`,
    actorName: (_world, actor) => `T${actor + 1}`,
  }
}

function checked(program: Program, given: Params): Params {
  for (const [name, value] of Object.entries(given)) {
    const known = Object.keys(program.params ?? {})
    if (!known.includes(name))
      throw new ParamError(
        `parameter ${name} is ${value}; ${program.name} has ${known.length === 0 ? 'no parameters' : known.join(', ')}`,
      )
    if (!Number.isInteger(value) || value < 0 || value > 1000)
      throw new ParamError(`parameter ${name} is ${value}; a whole number from 0 to 1000 is allowed`)
  }
  return given
}

function wordsOf(variable: Variable): readonly number[] {
  return typeof variable === 'number' ? Array.from({ length: variable }, () => 0) : variable
}

function coroutineOf(made: unknown): Coroutine {
  if (typeof made === 'object' && made !== null && 'next' in made) return made as Coroutine
  return nothingToDo()
}

/** A thread whose function touches no shared memory has ended by now. */
function* nothingToDo(): Coroutine {}

function failure(world: World, actor: number, error: unknown): Report {
  const message = error instanceof Error ? error.message : String(error)
  const named = error instanceof Error && error.name !== 'CheckFailed' ? `${error.name}: ${message}` : message
  return {
    verdict: 'assertion',
    message: `T${actor + 1}: ${named}`,
    sites: [world.site[actor] as number],
    steps: world.steps > 0 ? [world.steps - 1] : [],
  }
}
