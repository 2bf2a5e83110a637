import { EventLog, LockTracker, whileMaking } from '@holdfast/explorer'
import type { CheckerTools, Observer, OwnChecker, Subject, World } from '@holdfast/explorer'
import * as v from 'valibot'
import { explain } from '../../scenario/explain.js'
import { notAllowed, UsageError } from '../../scenario/problem.js'
import { importMakers, inOwn, membersOf, ownMethods } from './own-code.js'
import { withQuery } from './subject-of-spec.js'

interface Named {
  readonly file: string
  readonly checker: OwnChecker
}

/** A subject that is watched by the checkers in `files` too. Its id names them, so that its findings replay. Throws UsageError. */
export async function withOwnCheckers(subject: Subject, files: readonly string[]): Promise<Subject> {
  const named = await Promise.all(files.map(async (file) => ({ file, checker: await loadChecker(file) })))
  return named.length === 0 ? subject : watched(subject, named)
}

function loadChecker(file: string): Promise<OwnChecker> {
  return importMakers<OwnChecker>('--checker', file, 'a checker (defineChecker)')
}

function watched(subject: Subject, named: readonly Named[]): Subject {
  return {
    ...subject,
    id: named.reduce((id, { file }) => withQuery(id, `checker=${file}`), subject.id),
    observers() {
      const known = subject.observers()
      const tools = toolsAmong(known, subject)
      return [...known, ...named.map((each) => observerOf(each, tools))]
    },
    *smaller() {
      for (const each of subject.smaller?.() ?? []) yield watched(each, named)
    },
  }
}

/** They stand before: what they are asked is of the event at hand. */
function toolsAmong(observers: readonly Observer[], { id, target }: Subject): CheckerTools {
  const log = observers.find((each) => each instanceof EventLog)
  const locks = observers.find((each) => each instanceof LockTracker)
  if (log === undefined || locks === undefined) throw new TypeError(`${id} has no log or no lock tracker`)
  return { target, log, locks }
}

const METHODS = ['reset', 'event', 'finish'] as const

function observerOf({ file, checker }: Named, tools: CheckerTools): Observer {
  const made = inOwn(file, 'make', () => whileMaking(() => checker.make(tools)))
  const methods = ownMethods(file, made, METHODS)
  if (methods.event === undefined && methods.finish === undefined)
    throw new UsageError([notAllowed(`${file}: make`, made, 'an object with event or finish, or both')])
  const told = (method: (typeof METHODS)[number]) => (world: World) => {
    const before = world.reports.length
    methods[method]?.(world)
    const added = world.reports.splice(before)
    for (const report of added) {
      checkReport(file, report)
      world.reports.push(report)
    }
  }
  return {
    name: file,
    ofStates: membersOf(made)['ofStates'] === true,
    reset: told('reset'),
    ...(methods.event === undefined ? {} : { event: told('event') }),
    finish: told('finish'),
  }
}

const FIELDS = {
  verdict: 'one word, of letters, digits, _ and -',
  message: 'a sentence',
  sites: 'a list of places, such as world.evSite',
  steps: 'a list of numbers of steps',
  words: 'a list of addresses',
}

const numbers = (allowed: string) => v.array(v.pipe(v.number(allowed), v.integer(allowed)), allowed)

const report = v.object(
  {
    verdict: v.pipe(v.string(FIELDS.verdict), v.regex(/^[A-Za-z][\w-]*$/, FIELDS.verdict)),
    message: v.pipe(v.string(FIELDS.message), v.nonEmpty(FIELDS.message)),
    sites: numbers(FIELDS.sites),
    steps: v.optional(numbers(FIELDS.steps)),
    words: v.optional(numbers(FIELDS.words)),
  },
  'verdict, message and sites',
)

/** A report names files and findings, and is told in words: what would spoil those is refused. */
function checkReport(file: string, given: unknown): void {
  const parsed = v.safeParse(report, given)
  if (parsed.success) return
  throw new UsageError(
    explain(parsed.issues).map(({ path, message }) => ({
      path: `${file}: report${path === '' ? '' : `: ${path}`}`,
      message,
    })),
  )
}
