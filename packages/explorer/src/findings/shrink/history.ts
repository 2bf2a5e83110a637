import { World } from '../../engine/world.js'
import type { Subject } from '../../subject.js'
import { Exactly } from './plan.js'

/**
 * The subject, watched by checkers that have seen other executions of it before, in this order: for what a checker puts together from
 * several, such as a cycle of locks of which no execution shows more than a part.
 */
export function afterExecutions(subject: Subject, schedules: readonly ArrayLike<number>[]): Subject {
  if (schedules.length === 0) return subject
  const observers: Subject['observers'] = () => {
    const fresh = subject.observers()
    const world = new World(subject.target, subject.options)
    for (const schedule of schedules) world.run(new Exactly(schedule), fresh)
    return fresh
  }
  return { ...subject, observers, smaller: () => [] }
}
