import { issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  ALLPROC,
  L_FLAG,
  LPR_DETACHED,
  LSSLEEP,
  L_LID,
  L_PRFLAG,
  L_SIBLING_NEXT,
  L_STAT,
  L_WCHAN,
  LW_INMEM,
  LW_SYSTEM,
  P_CHILDREN,
  P_FLAG,
  P_LIST_NEXT,
  P_LWPS,
  P_NLWPS,
  P_NSTOPCHILD,
  P_OPPTR,
  P_PPTR,
  P_SIBLING_NEXT,
  P_SLFLAG,
  P_STAT,
  P_WAITCV,
  PK_SYSTEM,
  PSL_TRACED,
  SZOMB,
  ZOMBPROC,
  eventKinds,
} from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/**
 * The process tree, whenever a process has become a zombie (the end of exit1, with proc_lock and p_lock); and a new LWP, when lwp_create has made it.
 *
 * Verifies   E1  the process is a zombie, on zombproc, and the first child of its parent, who will find it there
 *            E2  it has no children: none says that it is its parent, or was before somebody traced it (p_opptr; but for zombies, which is a fault of 1.137)
 *            E3  its parent is no zombie: somebody will collect it
 *            E4  a new LWP is in memory, is a system LWP if its process is a system process, and has an id that no other LWP of its process has; it is detached, unless it is the
 *                first
 *            E5  when a process exits, it and all others whose own parents are there are with them, or are to go back to them from who traces them
 *            E6  nobody sleeps in wait, with all CPUs idle, who has a child that is a zombie
 *            E7  a process that has exited has none of its children on its account: it has counted off each that was collected, reported, or given away (p_nstopchild)
 * Does not   know of parents that boot has given.
 */
export class ProcessWatch implements Observer, MachineListener {
  readonly name = 'process tree'
  private readonly target: MachineTarget
  /** By child: its own parent, but init; of those that are made by fork. */
  private readonly parents = new Map<number, number>()

  constructor(target: MachineTarget) {
    this.target = target
    target.listen(this)
  }

  reset(): void {
    this.parents.clear()
  }

  finish(): void {}

  note(world: World, _actor: number, kind: number, a: number, b: number): void {
    const event = eventKinds[kind]?.name
    if (event === 'fork') this.parents.set(b, a)
    else if (event === 'exit') this.exited(world, a)
    else if (event === 'lwpCreate') this.made(world, a, b)
  }

  /** E6 */
  idle(world: World): void {
    const words = issuedWords(world)
    const { nlwps } = this.target.machine.config
    for (const p of this.list(words, ALLPROC, P_LIST_NEXT)) {
      const zombie = this.list(words, p + P_CHILDREN, P_SIBLING_NEXT).find((q) => words[q + P_STAT] === SZOMB)
      if (zombie === undefined) continue
      const lwps = this.list(words, p + P_LWPS, L_SIBLING_NEXT, nlwps)
      if (lwps.some((l) => words[l + L_STAT] === LSSLEEP && words[l + L_WCHAN] === p + P_WAITCV))
        this.report(world, zombie, 'is a zombie, and its parent sleeps in wait')
    }
  }

  /** E4 */
  private made(world: World, l: number, p: number): void {
    const words = issuedWords(world)
    const flag = words[l + L_FLAG] as number
    const isSystem = ((words[p + P_FLAG] as number) & PK_SYSTEM) !== 0
    if ((flag & LW_INMEM) === 0) this.report(world, l, 'is new, and swapped out')
    if (((flag & LW_SYSTEM) !== 0) !== isSystem)
      this.report(world, l, `is new, of a ${isSystem ? 'system' : 'user'} process, and its l_flag is ${flag}`)
    const isFirst = words[p + P_NLWPS] === 1
    const isDetached = ((words[l + L_PRFLAG] as number) & LPR_DETACHED) !== 0
    if (!isSystem && isDetached === isFirst)
      this.report(world, l, `is new, and ${isFirst ? 'the first, but' : 'not'} detached`)
    const { nlwps } = this.target.machine.config
    const others = this.list(words, p + P_LWPS, L_SIBLING_NEXT, nlwps).filter((other) => other !== l)
    const lid = words[l + L_LID]
    if (others.some((other) => words[other + L_LID] === lid))
      this.report(world, l, `is new, and has the id ${lid} of another LWP of its process`)
  }

  private exited(world: World, p: number): void {
    const words = issuedWords(world)
    const parent = words[p + P_PPTR] as number
    const alive = this.list(words, ALLPROC, P_LIST_NEXT)
    const zombies = this.list(words, ZOMBPROC, P_LIST_NEXT)
    const children = this.list(words, parent + P_CHILDREN, P_SIBLING_NEXT)
    if (words[p + P_STAT] !== SZOMB || !zombies.includes(p))
      this.report(world, p, 'has exited, and is no zombie')
    else if (children[0] !== p && children.includes(p))
      this.report(world, p, 'is a zombie, and not the first child of its parent')
    else if (!children.includes(p)) this.report(world, p, 'is a zombie that its parent does not know')
    else if (!alive.includes(parent)) this.report(world, p, 'is a zombie whose parent is dead')
    const counted = words[p + P_NSTOPCHILD] as number
    if (counted !== 0)
      this.report(world, p, `has exited, and counts ${counted} of its children as dead or stopped`)
    for (const q of alive) {
      if (words[q + P_PPTR] === p) this.report(world, q, 'is the child of a zombie')
      if (words[q + P_OPPTR] === p)
        this.report(world, q, 'was the child of a zombie, and is to go back to it')
    }
    for (const [child, own] of this.parents) if (own === p) this.parents.delete(child)
    for (const q of [...alive, ...zombies]) {
      const own = this.parents.get(q)
      if (own === undefined) continue
      const traced = ((words[q + P_SLFLAG] as number) & PSL_TRACED) !== 0
      const goesTo = words[q + (traced ? P_OPPTR : P_PPTR)] as number
      if (goesTo !== own)
        this.report(
          world,
          q,
          `${traced ? 'is to go back to' : 'has the parent'} ${this.target.nameOf(goesTo)}, not its own`,
        )
    }
    for (const q of zombies) if (words[q + P_PPTR] === p) this.report(world, q, 'is the child of a zombie')
  }

  /** Bounded, as the list may be damaged. */
  private list(
    words: ArrayLike<number>,
    head: number,
    link: number,
    most = this.target.machine.config.nprocs,
  ): number[] {
    const found: number[] = []
    for (let at = words[head] as number; at !== 0 && found.length <= most; at = words[at + link] as number)
      found.push(at)
    return found
  }

  private report(world: World, p: number, what: string): void {
    const step = Math.max(0, world.steps - 1)
    const message = `${this.target.nameOf(p)} ${what}`
    world.report({
      verdict: 'invariant',
      message,
      sites: [outerSite(world)],
      steps: [step],
      words: [p + P_PPTR],
    })
  }
}
