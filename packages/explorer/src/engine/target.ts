import type { Narrator } from './narrator.js'
import type { World } from './world.js'

/** A suspended function of an instrumented program: it yields undefined, null, or the coroutine of a function it calls. */
// `any`, so that functions without a result are assignable as well as those with one.
export type Coroutine = Generator<unknown, any, unknown>

/** Where a word lies: the field of a record, as the layouts spell them (`lwp`, `L_FLAG`), and the address of the record. */
export interface FieldAt {
  readonly record: string
  readonly field: string
  readonly base: number
}

/** What the explorer explores: a model program, or a machine. Its behaviour is a function of what it reads, and of nothing else. */
export interface Target {
  readonly name: string
  /** The word space as each execution finds it. Address 0 is NULL. */
  readonly image: Int32Array
  /** Whether a thread is a function of the results of its operations alone, so that the engine may remember it (memo). */
  readonly pure: boolean
  /**
   * Marks words (1) that one actor alone touches, or nobody changes: a plain access to them commutes with all that others do, so it is
   * an event, but no choice is made before it.
   */
  readonly local?: Uint8Array
  /** The site of the call whose callee was yielded last: kept by the instrumented program ($calls). */
  readonly calls?: { readonly site: number }
  /** Whether a site is within the code of a lock or the like: reports then name who called it. */
  isInner?(site: number): boolean
  /**
   * Creates the actors of a fresh execution, by {@link World.addActor}. Memory is as in the image. A pure target is started once: it
   * begins each execution with the same actors.
   */
  start(world: World): void
  /** The coroutine of an actor met a bare yield: change {@link World.contexts} if it is to go on elsewhere. */
  switched?(world: World, actor: number): void
  /** Bit set of the interrupts that `actor` could take now; source 0 is bit 0. At most 8 sources. */
  interrupts?(world: World, actor: number): number
  /** Interrupts are enabled only in states in which no actor can go on, and then one alone. Default false. */
  readonly interruptsAtRest?: boolean
  /**
   * Whether an enabled interrupt of that source comes of itself, at nearly any point and not because it is time: strategies that choose by
   * chance take it seldom. Left out: none does.
   */
  isSpontaneous?(world: World, source: number): boolean
  /** What the state consists of besides memory, actors and what they have learnt, as one number. Left out: nothing. */
  hidden?(world: World): number
  /**
   * Of each site of a call, what the call leaves behind in its caller: RETURNS, CHANGES or FORGETS, see frames.ts. Left out: coroutines are told apart by all
   * that they have done.
   */
  readonly frames?: Uint8Array
  /** What an actor keeps that is neither in memory nor in its coroutines, as one number; with `frames`. Left out: nothing. */
  registers?(world: World, actor: number): number
  /** What else decides how it goes on, or has been gathered by those who judge states, as one number; with `frames`. Left out: nothing. */
  rest?(world: World): number
  /**
   * Number of the flow of control that `actor` is in: what runs between two points of one flow, in another, may be put before both. Left out: each
   * actor is one, and its handlers of interrupts another.
   */
  flow?(world: World, actor: number): number
  /** The handler of an interrupt: runs on top of what the actor does. */
  handler?(world: World, actor: number, source: number): Coroutine
  /** Nothing is enabled. Returns true if this is an end, or if it has made something enabled (virtual time); false: it is blocked. */
  idle?(world: World): boolean
  /** A coroutine threw. Returns true if the execution is over with it; false ends the thread alone. Default false. */
  threw?(world: World, actor: number, error: unknown): boolean
  /** The execution is over: judge the final state by {@link World.report}; the state alone, not the way to it. */
  finish?(world: World): void
  /** How an address is called, for reports; `words`: in that memory, where a name depends on it. */
  nameOf?(addr: number, words?: Int32Array): string
  /** The field that a word is; left out, or undefined: no record is known there. */
  fieldAt?(addr: number): FieldAt | undefined
  /** Why accesses to a word are unordered by design: a function of the address alone. */
  unlockedReason?(addr: number): string | undefined
  /** What a value of a word means, where more is known of it than the number; in that memory. */
  valueText?(addr: number, value: number, words?: Int32Array): string | undefined
  /** Who tells what the steps of an execution mean; the last one asked for is the one that is told. */
  narrator?(): Narrator
  /** Name of an actor or, for reports, of what it runs now. */
  actorName?(world: World, actor: number): string
}
