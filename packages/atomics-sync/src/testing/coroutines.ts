import { operations } from '../actor.js'
import type { Actor, InterruptOps, SleepOps, Sleeps, TurnstileOps } from '../actor.js'
import type { Lockstat } from '../lockstat.js'
import { Mem } from '../mem.js'
import type { Addr } from '../mem.js'
import { kassert } from '../panic.js'

/**
 * A deterministic world for the slow paths of the locks: actors are coroutines of one thread, that block where their
 * tables say and are resumed by the test. Not for use outside tests.
 */

/** Busy waiting calls the test's script, which must change what is waited for; a wait that it leaves as it was fails. */
class ScriptedMem extends Mem {
  onSpin: ((addr: Addr) => void) | null = null
  spins = 0

  override spinWhile(addr: Addr, value: number): void {
    this.spins++
    this.onSpin?.(addr)
    if (this.load(addr) === value) throw new Error(`spins for ever on word ${addr}, which is ${value}`)
  }

  override spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void {
    this.spins++
    this.onSpin?.(addr)
    if (this.load(addr) === value && this.load(other) === otherValue) {
      throw new Error(`spins for ever on words ${addr} and ${other}`)
    }
  }
}

interface Waiter {
  readonly actor: Coroutine
  readonly queue: number
  readonly channel: Addr
}

/** An actor whose blocking is a `yield`. `oncpu` is the address of its running word. */
export class Coroutine implements Actor {
  readonly mem: Mem
  readonly turnstile: TurnstileOps
  readonly sleepq: SleepOps
  readonly interrupts: InterruptOps
  readonly lockstat: Lockstat | null
  readonly self: number
  readonly oncpu: Addr
  spinDepth = 0
  preemptWanted = false
  polls = 0
  preempts = 0
  sleepError = 0

  constructor(world: World, self: number, lockstat: Lockstat | null) {
    this.mem = world.mem
    this.turnstile = world.turnstile
    this.sleepq = world.sleepq
    this.interrupts = world.interrupts
    this.lockstat = lockstat
    this.self = self
    this.oncpu = self + 1
  }
}

const FIRST_ACTOR = 1024

export class World {
  readonly mem = new ScriptedMem(new SharedArrayBuffer(8192))
  /** What the tables were asked, in order. */
  readonly log: string[] = []
  readonly waiters: Waiter[] = []
  readonly actors: Coroutine[] = []
  readonly turnstile: TurnstileOps
  readonly sleepq: SleepOps
  readonly interrupts: InterruptOps
  /** Runs inside `lookup`, the chain lock just taken: another CPU at the worst moment. */
  onLookup: (() => void) | null = null
  /** Runs inside the n-th `onproc` of the test (from 1), before it looks. */
  onOnproc: ((call: number) => void) | null = null
  /** Runs at the end of `wake`, the queue's lock already released. */
  onWoken: (() => void) | null = null
  onprocCalls = 0
  chainHeld: Addr = 0
  private readonly bodies = new Map<Coroutine, Sleeps<unknown>>()
  private readonly runnable: Coroutine[] = []

  constructor() {
    this.turnstile = turnstileOps(this)
    this.sleepq = sleepOps(this)
    this.interrupts = operations({
      poll: (actor: Actor) => void (actor as Coroutine).polls++,
      *preempt(actor: Actor): Sleeps<void> {
        ;(actor as Coroutine).preempts++
        actor.preemptWanted = false
        if (actor.self === 0) yield
      },
    })
  }

  actor(lockstat: Lockstat | null = null): Coroutine {
    const actor = new Coroutine(this, FIRST_ACTOR + this.actors.length * 4, lockstat)
    this.actors.push(actor)
    return actor
  }

  /** Runs `body` on `actor` until it blocks or ends; returns whether it ended. */
  start(actor: Coroutine, body: Sleeps<unknown>): boolean {
    this.bodies.set(actor, body)
    return this.step(actor)
  }

  /** Resumes everyone that was woken, in the order of waking, until nobody is runnable. */
  run(): void {
    for (let actor = this.runnable.shift(); actor !== undefined; actor = this.runnable.shift())
      this.step(actor)
  }

  blocked(actor: Coroutine): boolean {
    return this.bodies.has(actor)
  }

  private step(actor: Coroutine): boolean {
    const body = this.bodies.get(actor)
    if (body === undefined) throw new Error('the actor runs nothing')
    this.mem.store(actor.oncpu, actor.self)
    const { done } = body.next()
    if (done === true) this.bodies.delete(actor)
    else this.mem.store(actor.oncpu, 0)
    return done === true
  }

  take(channel: Addr, queue: number, count: number, only: number): number {
    let woken = 0
    for (let i = 0; i < this.waiters.length && woken < count; ) {
      const waiter = this.waiters[i] as Waiter
      if (
        waiter.channel === channel &&
        waiter.queue === queue &&
        (only === 0 || waiter.actor.self === only)
      ) {
        this.waiters.splice(i, 1)
        this.runnable.push(waiter.actor)
        woken++
      } else i++
    }
    return woken
  }

  lockChain(actor: Actor, channel: Addr): void {
    kassert(this.chainHeld === 0, 'the chain lock is free')
    this.chainHeld = channel
    actor.spinDepth++
  }

  unlockChain(actor: Actor, channel: Addr): void {
    kassert(this.chainHeld === channel, 'the chain lock is held')
    this.chainHeld = 0
    actor.spinDepth--
  }
}

function turnstileOps(world: World): TurnstileOps {
  return operations({
    onproc(_actor: Actor, owner: number): Addr {
      world.onOnproc?.(++world.onprocCalls)
      return world.mem.load(owner + 1) === owner ? owner + 1 : 0
    },
    lookup(actor: Actor, lock: Addr): Addr {
      world.log.push('lookup')
      world.lockChain(actor, lock)
      world.onLookup?.()
      return world.waiters.some(({ channel }) => channel === lock) ? lock : 0
    },
    exit(actor: Actor, lock: Addr): void {
      world.log.push('exit')
      world.unlockChain(actor, lock)
    },
    *block(actor: Actor, _ts: Addr, queue: number, lock: Addr): Sleeps<void> {
      world.log.push('block')
      world.waiters.push({ actor: actor as Coroutine, queue, channel: lock })
      world.unlockChain(actor, lock)
      kassert(actor.spinDepth === 0, 'no spin mutex is held')
      yield
    },
    wakeup(actor: Actor, _ts: Addr, queue: number, count: number, lock: Addr, newOwner: number): void {
      const woken = world.take(lock, queue, count, newOwner)
      world.log.push(`wakeup ${woken}`)
      world.unlockChain(actor, lock)
    },
    waiters(_actor: Actor, ts: Addr, queue: number): number {
      return world.waiters.filter((waiter) => waiter.channel === ts && waiter.queue === queue).length
    },
    first(_actor: Actor, ts: Addr, queue: number): number {
      return world.waiters.find((waiter) => waiter.channel === ts && waiter.queue === queue)?.actor.self ?? 0
    },
  })
}

function sleepOps(world: World): SleepOps {
  return operations({
    enter(actor: Actor, wchan: Addr): void {
      world.log.push('enter')
      world.lockChain(actor, wchan)
      world.waiters.push({ actor: actor as Coroutine, queue: 0, channel: wchan })
    },
    *block(actor: Actor): Sleeps<number> {
      world.log.push('sleep')
      world.unlockChain(actor, world.chainHeld)
      kassert(actor.spinDepth === 0, 'no spin mutex is held')
      yield
      return (actor as Coroutine).sleepError
    },
    wake(actor: Actor, wchan: Addr, count: number): number {
      world.lockChain(actor, wchan)
      const woken = world.take(wchan, 0, count, 0)
      world.log.push(`wake ${woken}`)
      world.unlockChain(actor, wchan)
      world.onWoken?.()
      return woken
    },
  })
}
