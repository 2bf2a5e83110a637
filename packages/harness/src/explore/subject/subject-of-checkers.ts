import {
  Deadlock,
  EventLog,
  Livelock,
  LockOrder,
  LockTracker,
  MutexUse,
  Races,
  placesOf,
} from '@holdfast/explorer'
import type { Observer, Subject } from '@holdfast/explorer'

/** A program with all checkers that need to know no more than its operations. */
export function withProgramCheckers(subject: Subject): Subject {
  return {
    ...subject,
    observers: () => [...programCheckers(subject), ...subject.observers()],
    smaller: () => each(subject.smaller?.() ?? []),
  }
}

function* each(subjects: Iterable<Subject>): Generator<Subject> {
  for (const subject of subjects) yield withProgramCheckers(subject)
}

/** The log and the locks stand first: the others ask them. */
function programCheckers({ sites, target }: Subject): Observer[] {
  const site = placesOf(sites)
  const log = new EventLog()
  const locks = new LockTracker()
  return [
    log,
    locks,
    new Races({ log, site, unlockedReason: (addr) => target.unlockedReason?.(addr) }),
    new LockOrder({ locks, site }),
    new Deadlock({ log, locks, site }),
    new Livelock({ log, site }),
    new MutexUse({ site }),
  ]
}
