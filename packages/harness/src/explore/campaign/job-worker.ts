import { threadId } from 'node:worker_threads'
import { rest, showPulse } from '@holdfast/explorer'
import { runExploreTask, runFindingTask, runLoadTask, runReadyTask, runVerifyTask } from './job-tasks.js'
import { UsageError } from '../../scenario/problem.js'
import type { Problem } from '../../scenario/problem.js'
import type { Task } from './job-tasks.js'
import { asUsageError } from '../subject/subject-of.js'
import { nameThread } from './thread-watch.js'

/** What a user's own code has got wrong; the class of an error would be lost between threads. */
export interface Refused {
  readonly problems: readonly Problem[]
}

/** What a worker thread of the pool does with a task; `pulse`: of its watch. Returns what the task of that kind comes to, or Refused. */
export default async function work({
  pulse,
  ...task
}: Task & { readonly pulse: SharedArrayBuffer }): Promise<object> {
  nameThread(pulse, threadId)
  showPulse(pulse)
  try {
    return await done(task)
  } catch (error) {
    const told = asUsageError(error)
    if (told instanceof UsageError) return { problems: told.problems } satisfies Refused
    throw error
  } finally {
    rest()
  }
}

function done(task: Task): Promise<object> {
  if (task.kind === 'load') return runLoadTask(task)
  if (task.kind === 'explore') return runExploreTask(task)
  if (task.kind === 'verify') return runVerifyTask(task)
  return task.kind === 'finding' ? runFindingTask(task) : runReadyTask(task)
}
