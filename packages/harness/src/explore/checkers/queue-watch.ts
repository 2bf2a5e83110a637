import {
  MUTEX_BIT_SPIN,
  MUTEX_SYNCOBJ,
  RW_SYNCOBJ,
  TS_READER_Q,
  mutexOwner,
  rwOwner,
} from '@holdfast/atomics-sync'
import type { Mem } from '@holdfast/atomics-sync'
import { issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  L_FLAG,
  L_INHERITEDPRIO,
  L_KPRIBASE,
  L_MUTEX,
  L_PI_LENDERS,
  L_SLEEPCHAIN_NEXT,
  L_SLEEPQ,
  L_STAT,
  L_SYNCOBJ,
  L_TS,
  L_WCHAN,
  LSSLEEP,
  LSSTOP,
  LW_SINTR,
  LWP_WORDS,
  PRI_KTHREAD,
  TS_EPRIO,
  TS_INHERITOR,
  TS_PICHAIN,
  TS_SLEEPQ,
  TS_WAITERS,
  eventKinds,
  lwpEprio,
} from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { Arrivals } from './arrivals.js'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/**
 * Sleep queues and lent priorities, looked at where an LWP goes to sleep or is woken, which is under the lock of its queue.
 *
 * Verifies   Q1  whoever is on a sleep queue sleeps there, or is stopped: its l_sleepq names the queue
 *            Q2  the queue is in the order of effective priorities, so that the most urgent is woken first
 *            Q3  a turnstile counts as many waiters as there are
 *            Q4  the owner of the lock that an LWP goes to sleep for, if it was so from when the LWP was queued, and kept its base priority, is as urgent as the LWP is by
 *                itself (without what others lend it)
 *            Q5  the priority that an LWP has inherited is the highest that is lent to it, and each turnstile in its list lends to it
 *            Q6  when all processes are gone nothing is lent
 *            Q7  who waits for a lock has the base priority of a kernel thread at least (l_kpribase)
 *            Q8  who is woken is in no interruptible sleep any more (LW_SINTR): exit_lwps would end the next one, which may wait for a lock
 *            Q9  of those that are as urgent as each other, who came first, or came to that priority first, is first
 *            Q10 the turnstile that a woken LWP is given back lends to nobody: whoever blocks on it next would be taken for who lent
 * Does not   follow a chain of owners who wait for each other: another CPU may be walking it; nor say that a lock's next owner should be lent
 *            what the one before was: turnstile_lendpri is called by who goes to sleep.
 */
export class QueueWatch implements Observer, MachineListener {
  readonly name = 'sleep queues'
  private readonly target: MachineTarget
  private readonly arrivals: Arrivals
  /** By LWP that is queued for a lock and not asleep yet: the lock, and who has owned it all the while. */
  private readonly owners = new Map<number, { readonly lock: number; readonly owner: number }>()
  private words: ArrayLike<number> = []
  /** As much of a CPU as the kernel's own functions need that read alone. */
  private readonly reader: Cpu

  constructor(target: MachineTarget) {
    this.target = target
    this.arrivals = new Arrivals(target)
    const read = (addr: number): number => this.words[addr] as number
    this.reader = { mem: { read, load: read } as unknown as Mem } as Cpu
    target.listen(this)
  }

  reset(): void {
    this.arrivals.reset()
    this.owners.clear()
  }

  event(world: World): void {
    this.arrivals.event(world)
    if (this.owners.size > 0 && world.evWrote) this.changed(world)
  }

  /**
   * Who is lent a priority is looked at once, in a walk that lets go of locks between its steps. It may be given the lock later, though it may
   * have had it before; and who has just been given it falls back to its own base priority when it goes on (turnstile_block).
   */
  private changed({ evAddr, evOld, evNew }: World): void {
    for (const [lwp, { lock, owner }] of this.owners)
      if (evAddr === owner + L_KPRIBASE || (evAddr === lock && !sameOwner(evOld, evNew)))
        this.owners.delete(lwp)
  }

  note(world: World, actor: number, kind: number, of: number, b: number): void {
    const event = eventKinds[kind]?.name
    if (event !== 'sleep' && event !== 'wake' && event !== 'block' && event !== 'lend') return
    this.words = issuedWords(world)
    if (event === 'wake' && ((this.words[of + L_FLAG] as number) & LW_SINTR) !== 0)
      this.report(world, 'is awake, and LW_SINTR says that it may be interrupted', of) // Q8
    if (event === 'wake') this.givenBack(world, of)
    const lwp = this.target.cpus[actor]?.self ?? 0
    if (lwp === 0) return
    if (event === 'block') this.owners.set(lwp, { lock: of, owner: b })
    else if (event === 'lend') this.inherits(world, of)
    else {
      if (event === 'sleep') {
        this.goesToSleep(world, lwp)
        this.owners.delete(lwp)
      }
      this.loans(world, lwp)
    }
  }

  /** Q10 */
  private givenBack(world: World, lwp: number): void {
    const inheritor = this.words[(this.words[lwp + L_TS] as number) + TS_INHERITOR] as number
    if (inheritor !== 0)
      this.report(world, `is awake, and its turnstile still lends to ${this.named(world, inheritor)}`, lwp)
  }

  private goesToSleep(world: World, lwp: number): void {
    const { words } = this
    const sq = words[lwp + L_SLEEPQ] as number
    if (sq === 0) return // woken already, while it lent its priority
    this.queue(world, sq)
    const syncobj = words[lwp + L_SYNCOBJ]
    if (syncobj !== MUTEX_SYNCOBJ && syncobj !== RW_SYNCOBJ) return
    this.waiters(world, lwp, sq)
    const base = words[lwp + L_KPRIBASE] as number
    if (base < PRI_KTHREAD) this.report(world, `waits for a lock with the base priority ${base}`, lwp) // Q7
    const { mem } = this.reader
    const lock = words[lwp + L_WCHAN] as number
    const owner = syncobj === RW_SYNCOBJ ? rwOwner(mem, lock) : mutexOwner(mem, lock)
    if (owner === 0 || owner === lwp || owner !== this.owners.get(lwp)?.owner) return
    const own = this.priorityAlone(lwp)
    const has = lwpEprio(this.reader, owner)
    if (has >= own) return
    this.report(
      world,
      `has priority ${has}, and owns what ${this.named(world, lwp)} waits for with ${own}`,
      owner,
    )
  }

  /** Q1, Q2, Q9 */
  private queue(world: World, sq: number): void {
    const { words } = this
    let before = Infinity
    let last = 0
    let left = this.target.machine.config.nlwps
    for (let l = words[sq] as number; l !== 0; l = words[l + L_SLEEPCHAIN_NEXT] as number) {
      if (left-- === 0) return this.report(world, 'is on a sleep queue that has no end', l)
      if (words[l + L_SLEEPQ] !== sq)
        return this.report(world, 'is on a sleep queue that it does not name', l)
      const stat = words[l + L_STAT]
      if (stat !== LSSLEEP && stat !== LSSTOP) return this.report(world, 'is on a sleep queue, and runs', l)
      const priority = lwpEprio(this.reader, l)
      if (priority > before)
        return this.report(world, `with priority ${priority} sleeps behind one with ${before}`, l)
      if (priority === before && this.arrivals.of(l) < this.arrivals.of(last))
        return this.report(world, `sleeps behind ${this.named(world, last)}, which came later`, l)
      before = priority
      last = l
    }
  }

  /** Q3 */
  private waiters(world: World, lwp: number, sq: number): void {
    const { words } = this
    const ts = words[lwp + L_TS] as number
    const queue = sq === ts + TS_SLEEPQ ? TS_READER_Q : 1
    let waiters = 0
    for (let l = words[sq] as number; l !== 0; l = words[l + L_SLEEPCHAIN_NEXT] as number) waiters++
    const counted = words[ts + TS_WAITERS + queue] as number
    if (counted !== waiters)
      this.report(
        world,
        `waits for a lock with ${waiters - 1} others, and its turnstile counts ${counted}`,
        lwp,
      )
  }

  /** Q5, of an LWP to which nobody is lending just now. */
  private loans(world: World, lwp: number): void {
    const { words } = this
    if (words[words[lwp + L_MUTEX] as number] !== MUTEX_BIT_SPIN) return
    for (const ts of this.lenders(lwp))
      if (words[ts + TS_INHERITOR] !== lwp)
        return this.report(world, 'has a lender that lends to another', lwp)
    this.inherits(world, lwp)
  }

  /** Q5: the highest. */
  private inherits(world: World, lwp: number): void {
    const { words } = this
    const highest = Math.max(-1, ...this.lenders(lwp).map((ts) => words[ts + TS_EPRIO] as number))
    const inherited = words[lwp + L_INHERITEDPRIO]
    if (inherited !== highest) this.report(world, `is lent ${highest}, and has inherited ${inherited}`, lwp)
  }

  /** The turnstiles through which it is lent a priority; no more than there are LWPs, as the list may be damaged. */
  private lenders(lwp: number): number[] {
    const { words } = this
    const found: number[] = []
    const most = this.target.machine.config.nlwps
    for (let ts = words[lwp + L_PI_LENDERS] as number; ts !== 0; ts = words[ts + TS_PICHAIN] as number)
      if (found.push(ts) > most) break
    return found
  }

  /** Its effective priority without what it inherits. */
  private priorityAlone(lwp: number): number {
    const { words } = this
    const read = (addr: number): number => (addr === lwp + L_INHERITEDPRIO ? -1 : (words[addr] as number))
    return lwpEprio({ mem: { read } as unknown as Mem } as Cpu, lwp)
  }

  /** Q6 */
  finish(world: World): void {
    if (world.outcome !== 'done' || world.reports.length > 0) return
    this.words = world.words
    const { lwps, nlwps } = this.target.machine.config
    for (let lwp = lwps; lwp < lwps + nlwps * LWP_WORDS; lwp += LWP_WORDS) {
      if (world.words[lwp + L_STAT] === 0) continue
      if (world.words[lwp + L_PI_LENDERS] !== 0 || (world.words[lwp + L_INHERITEDPRIO] as number) > 0)
        this.report(world, 'is lent a priority when all have left', lwp)
    }
  }

  private named(world: World, lwp: number): string {
    return this.target.lwpName(world, lwp)
  }

  /** Once an execution for each LWP. */
  private report(world: World, what: string, lwp: number): void {
    const word = lwp + L_SLEEPQ
    if (world.reports.some((known) => known.words?.[0] === word)) return
    const step = Math.max(0, world.steps - 1)
    const message = `${this.named(world, lwp)} ${what}`
    world.report({ verdict: 'invariant', message, sites: [outerSite(world)], steps: [step], words: [word] })
  }
}

/** Whether a lock that changes from one word to another stays whose it is, be it a mutex or an rwlock. */
function sameOwner(before: number, after: number): boolean {
  return [mutexOwner, rwOwner].every((owner) => owner(lone(before), 0) === owner(lone(after), 0))
}

/** A memory of one word. */
function lone(word: number): Mem {
  return { read: () => word, load: () => word } as unknown as Mem
}
