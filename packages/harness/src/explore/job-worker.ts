import { threadId } from 'node:worker_threads'
import { rest, showPulse } from '@holdfast/explorer'
import type { Finding } from '@holdfast/explorer'
import { runExploreTask, runFindingTask, runReadyTask } from './job-tasks.js'
import { UsageError } from '../scenario/problem.js'
import type { Problem } from '../scenario/problem.js'
import type { About, ExploreTaskResult, Task } from './job-tasks.js'
import { nameThread } from './thread-watch.js'

/** What a user's own code has got wrong; the class of an error would be lost between threads. */
export interface Refused {
  readonly problems: readonly Problem[]
}

/** What a worker thread of the pool does with a task; `pulse`: of its watch. */
export default async function work({
  pulse,
  ...task
}: Task & { readonly pulse: SharedArrayBuffer }): Promise<ExploreTaskResult | Finding | About | Refused> {
  nameThread(pulse, threadId)
  showPulse(pulse)
  try {
    return await done(task)
  } catch (error) {
    if (error instanceof UsageError) return { problems: error.problems }
    throw error
  } finally {
    rest()
  }
}

function done(task: Task): Promise<ExploreTaskResult | Finding | About> {
  if (task.kind === 'explore') return runExploreTask(task)
  return task.kind === 'finding' ? runFindingTask(task) : runReadyTask(task)
}
