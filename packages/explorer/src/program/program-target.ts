import { MAX_ACTORS } from '../engine/limits.js'
import { whileMaking } from '../engine/pulse.js'
import type { Report } from '../engine/observer.js'
import type { Coroutine, Target } from '../engine/target.js'
import type { World } from '../engine/world.js'
import type { Params, Program, Variable } from './define.js'
import { isCall } from './model-mem.js'
import type { ModelMem } from './model-mem.js'

/** First word of a program's variables: 0 is NULL. */
const FIRST = 8
/** Most words of a program: under tso each takes half a kilobyte. */
const MOST_WORDS = 1_000_000

/** A wrong parameter of a program: the message names it, its value, and what is allowed. */
export class ParamError extends RangeError {
  override readonly name = 'ParamError'
}

/** Makes what the engine explores of a program and its parameters. Throws {@link ParamError}. */
export function programTarget(program: Program, given: Params = {}): Target {
  const params = { ...program.params, ...checked(program, given) }
  const memory = asked(program, 'memory', () => program.memory(params))
  const names: string[] = []
  const unlocked: (string | undefined)[] = []
  const at: Record<string, number> = {}
  const image: number[] = Array.from({ length: FIRST }, () => 0)
  for (const [name, variable] of Object.entries(memory)) {
    at[name] = image.length
    const words = wordsOf(program, name, variable, FIRST + MOST_WORDS - image.length)
    for (const [i, word] of words.entries()) {
      names[image.length] = words.length === 1 ? name : `${name}[${i}]`
      unlocked[image.length] = program.unlocked?.[name]
      image.push(word)
    }
  }
  const threads = asked(program, 'threads', () => program.threads(params, at))
  if (threads.length > MAX_ACTORS)
    throw new ParamError(`${program.name} has ${threads.length} threads; ${MAX_ACTORS} are allowed`)
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
      const wrong = verdict(() => program.check?.(final, params, at))
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

/** What that function of the program gives. What it throws is no fault that an interleaving shows: the program is refused. */
function asked<T extends object>(program: Program, what: string, make: () => T): T {
  let given: T
  try {
    given = whileMaking(make)
  } catch (error) {
    if (error instanceof ParamError) throw error
    throw new ParamError(`${what} of ${program.name} threw ${textOf(error)}`, { cause: error })
  }
  if (typeof given === 'object' && given !== null) return given
  throw new ParamError(`${what} of ${program.name} gave ${String(given)}`)
}

/** The initial values of a variable, of which at most `most` words are left. */
function wordsOf(program: Program, name: string, variable: Variable, most: number): readonly number[] {
  const isList = Array.isArray(variable)
  const words = isList ? variable.length : (variable as number)
  if (!Number.isInteger(words) || words < 0)
    throw new ParamError(
      `variable ${name} of ${program.name} is ${String(variable)}; a number of words or a list of initial values is expected`,
    )
  if (words > most)
    throw new ParamError(
      `variable ${name} of ${program.name} has ${words} words; all variables together may have ${MOST_WORDS}`,
    )
  if (!isList) return Array.from({ length: words }, () => 0)
  for (const [i, word] of (variable as readonly number[]).entries())
    if (word !== (word | 0))
      throw new ParamError(
        `${name}[${i}] of ${program.name} is ${String(word)} at first; whole numbers of 32 bits, signed, are allowed`,
      )
  return variable
}

/** What a check says, or throws: both are its verdict. */
function verdict(check: () => string | undefined): string | undefined {
  try {
    return check()
  } catch (error) {
    return textOf(error)
  }
}

function coroutineOf(made: unknown): Coroutine {
  if (typeof made === 'object' && made !== null && 'next' in made) return made as Coroutine
  return nothingToDo()
}

/** A thread whose function touches no shared memory has ended by now. */
function* nothingToDo(): Coroutine {}

function failure(world: World, actor: number, error: unknown): Report {
  return {
    verdict: 'assertion',
    message: `T${actor + 1}: ${textOf(error)}`,
    sites: hasMoved(world, actor) ? [world.site[actor] as number] : [],
    steps: world.steps > 0 ? [world.steps - 1] : [],
  }
}

/** Whether an actor has executed an operation; before that it is at no place. */
function hasMoved({ schedule, steps }: World, actor: number): boolean {
  for (let step = steps - 1; step >= 0; step--)
    if (((schedule[step] as number) & (2 * MAX_ACTORS - 1)) === actor) return true
  return false
}

/** What was thrown, with the kind of error if it is no check's. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'CheckFailed' ? error.message : `${error.name}: ${error.message}`
}
