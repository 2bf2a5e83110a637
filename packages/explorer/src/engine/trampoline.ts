import type { Context } from './context.js'
import { ENDED } from './kinds.js'
import type { Coroutine } from './target.js'
import type { World } from './world.js'

/**
 * Runs the coroutine of an actor until it announces an operation, or ends. Returns whether it announced one.
 *
 * What a coroutine yields says what it wants: undefined, it is at an operation; null, the machine may have to exchange its context;
 * otherwise it calls the function whose coroutine it yields.
 */
export function resume(world: World, actor: number): boolean {
  let { stack, calls, saved } = world.contexts[actor] as Context
  const { callSite, frames } = world
  let value: unknown
  try {
    for (;;) {
      const top = stack[stack.length - 1] as Coroutine
      const step = top.next(value)
      value = undefined
      if (step.done === true) {
        stack.pop()
        const site = calls.pop() as number
        value = step.value
        if (frames !== null) frames.returned(world.contexts[actor] as Context, site, value)
        if (saved.length > 0 && handlerEnded(world, actor)) return true
        if (stack.length === 0) {
          world.kind[actor] = ENDED
          return false
        }
      } else if (step.value === undefined) {
        return true
      } else if (step.value === null) {
        const before = world.contexts[actor] as Context
        world.target.switched?.(world, actor)
        if (frames !== null) frames.switched(before, world.contexts[actor] as Context)
        ;({ stack, calls, saved } = world.contexts[actor] as Context)
      } else {
        stack.push(step.value as Coroutine)
        calls.push(callSite.site)
        if (frames !== null) frames.called(world, actor, callSite.site)
      }
    }
  } catch (error) {
    world.fail(actor, error)
    return false
  }
}

/** Puts off the pending operation of `actor` until `handler` has ended, which runs on top of it. */
export function interruptWith(world: World, actor: number, source: number, handler: Coroutine): void {
  const { stack, calls, saved } = world.contexts[actor] as Context
  saved.push({
    height: stack.length,
    kind: world.kind[actor] as number,
    site: world.site[actor] as number,
    a: world.a[actor] as number,
    b: world.b[actor] as number,
    c: world.c[actor] as number,
    d: world.d[actor] as number,
  })
  stack.push(handler)
  calls.push(-1)
  world.frames?.interrupted(world.contexts[actor] as Context, source)
  resume(world, actor)
}

/** If what has just ended is a handler, the operation that it put off is pending again. */
function handlerEnded(world: World, actor: number): boolean {
  const { stack, saved } = world.contexts[actor] as Context
  const last = saved[saved.length - 1]
  if (last === undefined || last.height !== stack.length) return false
  saved.pop()
  world.buffers?.returnFromInterrupt(actor)
  world.kind[actor] = last.kind
  world.site[actor] = last.site
  world.a[actor] = last.a
  world.b[actor] = last.b
  world.c[actor] = last.c
  world.d[actor] = last.d
  return true
}
