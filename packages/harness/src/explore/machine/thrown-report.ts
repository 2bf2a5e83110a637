import type { Panic } from '@holdfast/atomics-sync'
import type { Compiled, Site } from '@holdfast/compiler'
import { outerSite } from '@holdfast/explorer'
import type { Report, Verdict, World } from '@holdfast/explorer'
import { L_FLAG } from '@holdfast/kernel'
import type { StackTouch } from '@holdfast/kernel'
import { isSleeping } from './machinery.js'
import type { MachineTarget } from './machine-target.js'
import type { WordTexts } from './word-texts.js'

/** Callers that make it this fault, and callers that are named. */
const SITES = 2
const MOST_CALLERS = 4
/** Functions that throw on behalf of others. */
const THROWERS = new Set(['kassert', 'kdassert', 'panic'])

/** What it means that the kernel of a CPU threw: a panic, a stack that was not there, or a fault of ours. */
export class ThrownReports {
  private readonly target: MachineTarget
  private readonly texts: WordTexts
  private readonly sites: readonly Site[]
  /** Names in C of the functions of the instrumented program. */
  private readonly cNames: ReadonlyMap<string, string>

  constructor(target: MachineTarget, texts: WordTexts, { sites, functions }: Compiled) {
    this.target = target
    this.texts = texts
    this.sites = sites
    this.cNames = new Map(functions.map(({ name, cName }) => [name, cName]))
  }

  of(world: World, actor: number, error: unknown): Report {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
    const verdict: Verdict = isPanic(error) ? 'panic' : isStackTouch(error) ? 'stackTouch' : 'crash'
    const calls = this.callsOf(world, actor)
    const who = this.target.actorText(world, actor)
    const where = this.chain(this.topOf(stack), calls)
    const words = wordsOf(world, error)
    const [word] = words
    const what = isStackTouch(error)
      ? `the u-area of ${this.target.lwpName(world, error.lwp)} is touched at 0x${error.va.toString(16)} while it is not wired`
      : message
    const state = verdict === 'panic' && word !== undefined ? this.stateOf(world, word) : ''
    const text = verdict === 'crash' ? `${who}: ${stack}` : `${who}: ${what}${where}${state}`
    const outer = [outerSite(world), ...calls.filter((site) => !this.target.isInner(site))]
    return {
      verdict,
      message: text,
      sites: [...new Set(outer)].slice(0, SITES),
      steps: world.steps === 0 ? [] : [world.steps - 1],
      words,
    }
  }

  /** The function that threw, by its name in C. */
  private topOf(stack: string): string | undefined {
    for (const [, name = ''] of stack.matchAll(/^\s+at (?:async )?(?:[\w$]+\.)*([\w$]+) /gm)) {
      const cName = this.cNames.get(name) ?? this.cNames.get(name.replace(/\$\d+$/, ''))
      if (cName !== undefined && !THROWERS.has(name)) return cName
    }
    return undefined
  }

  /** Sites of the calls that the actor is in, innermost first, up to where it was interrupted. */
  private callsOf(world: World, actor: number): number[] {
    const calls = (world.contexts[actor]?.calls ?? []).toReversed()
    const end = calls.indexOf(-1)
    return end < 0 ? calls : calls.slice(0, end)
  }

  /** ` in sched_dequeue < nextlwp:56 < mi_switch:88`. */
  private chain(top: string | undefined, calls: readonly number[]): string {
    const callers = calls.flatMap((call) => {
      const site = this.sites[call]
      return site === undefined ? [] : [`${site.cName}:${site.line}`]
    })
    const chain = [...(top === undefined ? [] : [top]), ...callers.slice(0, MOST_CALLERS)]
    return chain.length === 0 ? '' : `, in ${chain.join(' < ')}`
  }

  /** `; target (2.1).l_swaplock is held by the swapper, which is in uvm_swapin:52 < uvm_scheduler:130`. */
  private stateOf(world: World, word: number): string {
    const value = world.words[word] as number
    const meaning = this.texts.value(word, value, world.words) ?? String(value)
    const owner = this.texts.isLock(word) ? this.texts.owner(word, value) : 0
    const isOther = owner !== 0 && this.texts.isLwp(owner)
    const at = (isOther ? this.target.placesOf(world, owner) : [])
      .flatMap((call) => this.sites[call] ?? [])
      .filter((site) => !isSleeping(site))
      .slice(0, SITES)
      .map(({ cName, line }) => `${cName}:${line}`)
    const is = at.length === 0 ? '' : `, which is in ${at.join(' < ')}`
    return `; ${this.texts.name(word, world.words)} is ${meaning}${is}`
  }
}

/** The word that an error names, else the one accessed last. */
function wordsOf(world: World, error: unknown): number[] {
  if (isStackTouch(error)) return [error.lwp + L_FLAG]
  if (isPanic(error) && error.addr !== 0) return [error.addr]
  return world.evWords > 0 ? [world.evAddr] : []
}

// By name: the instrumented kernel has classes of its own.
function isStackTouch(error: unknown): error is StackTouch {
  return error instanceof Error && error.name === 'StackTouch'
}

function isPanic(error: unknown): error is Panic {
  return error instanceof Error && error.name === 'Panic'
}
