import { originalPlace } from './original-place.js'

/** A call of something that answers differently each time. */
export interface AmbientCall {
  /** `Math.random()`. */
  readonly what: string
  /** Of the caller: `file:line` of what was compiled, else `file:line:column` as the stack tells it. */
  readonly where: string
  count: number
}

interface Restored {
  readonly on: object
  readonly name: string
  readonly descriptor: PropertyDescriptor | undefined
}

type Callable = (...args: unknown[]) => unknown

/**
 * Watches the clocks and the random numbers of the host: which are asked, and from where. They keep answering.
 *
 * Does not see `randomBytes` and the like of node:crypto where they were imported by name, nor the order of sets and maps.
 */
export class AmbientCalls {
  private readonly found = new Map<string, AmbientCall>()
  private readonly restored: Restored[] = []

  /** The calls so far, each place once, in the order of their first. */
  get calls(): readonly AmbientCall[] {
    return [...this.found.values()]
  }

  /** Puts the watch in place. It must be ended by {@link restore}, whatever happens. */
  watch(): void {
    this.wrap(Date, 'now', 'Date.now()')
    this.wrap(performance, 'now', 'performance.now()')
    this.wrap(Math, 'random', 'Math.random()')
    this.wrap(process, 'hrtime', 'process.hrtime()')
    this.wrap(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues()')
    this.wrap(globalThis.crypto, 'randomUUID', 'crypto.randomUUID()')
    this.wrapDate()
  }

  /** Takes it away: everything is as it was. */
  restore(): void {
    for (const { on, name, descriptor } of this.restored.reverse()) {
      if (descriptor === undefined) Reflect.deleteProperty(on, name)
      else Object.defineProperty(on, name, descriptor)
    }
    this.restored.length = 0
  }

  private wrap(on: object, name: string, what: string): void {
    const original = Reflect.get(on, name) as Callable & object
    const note = this.note.bind(this)
    const wrapper = (...args: unknown[]): unknown => {
      note(what)
      return Reflect.apply(original, on, args)
    }
    for (const key of Object.keys(original)) {
      const inner = Reflect.get(original, key) as Callable
      Object.assign(wrapper, {
        [key]: (...args: unknown[]): unknown => {
          note(`${what.slice(0, -2)}.${key}()`)
          return Reflect.apply(inner, original, args)
        },
      })
    }
    this.replace(on, name, wrapper)
  }

  /** `new Date()` and `Date()` ask the clock; with arguments they do not. */
  private wrapDate(): void {
    const note = this.note.bind(this)
    this.replace(
      globalThis,
      'Date',
      new Proxy(Date, {
        construct(target, args, newTarget) {
          if (args.length === 0) note('new Date()')
          return Reflect.construct(target, args, newTarget) as object
        },
        apply(target, self, args) {
          note('Date()')
          return Reflect.apply(target, self, args) as string
        },
      }),
    )
  }

  private replace(on: object, name: string, value: unknown): void {
    this.restored.push({ on, name, descriptor: Object.getOwnPropertyDescriptor(on, name) })
    Object.defineProperty(on, name, { value, configurable: true, writable: true })
  }

  private note(what: string): void {
    const where = callerOf(new Error().stack ?? '')
    const key = `${what} ${where}`
    const known = this.found.get(key)
    if (known === undefined) this.found.set(key, { what, where: originalPlace(where), count: 1 })
    else known.count++
  }
}

/** The first frame that is neither of this file nor of a host function it stands in for. */
function callerOf(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    if (/ambient-calls\.[jt]s|\(<anonymous>\)|node:internal|at new Date|at Reflect\./.test(line)) continue
    return line
      .trim()
      .replace(/^at (?:.*\()?/, '')
      .replace(/\)$/, '')
      .replace('file://', '')
  }
  return 'an unknown place'
}
