import { EventLog, LockTracker } from '@holdfast/explorer'
import type { CheckerTools, Observer, OwnChecker, Subject } from '@holdfast/explorer'
import { importMakers } from '../scenario/import-default.js'
import { UsageError } from '../scenario/problem.js'
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

function observerOf({ file, checker }: Named, tools: CheckerTools): Observer {
  const handlers = told(file, 'make', () => checker.make(tools))
  const { event } = handlers
  return {
    name: file,
    reset: (world) => told(file, 'reset', () => handlers.reset?.(world)),
    ...(event === undefined
      ? {}
      : { event: (world) => told(file, 'event', () => event.call(handlers, world)) }),
    finish: (world) => told(file, 'finish', () => handlers.finish?.(world)),
  }
}

/** What a checker throws is its own fault, and none of what it watches. */
function told<T>(file: string, handler: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new UsageError([{ path: `${file}: ${handler}`, message: `throws ${String(error)}` }])
  }
}
