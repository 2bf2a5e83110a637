import { threadId } from 'node:worker_threads'
import { rest, showPulse } from '@holdfast/explorer'
import type { Finding } from '@holdfast/explorer'
import { runExploreTask, runFindingTask, runReadyTask, runVerifyTask } from './job-tasks.js'
import { UsageError } from '../../scenario/problem.js'
import type { Problem } from '../../scenario/problem.js'
import type { About, ExploreTaskResult, Task } from './job-tasks.js'
import { asUsageError } from '../subject/subject-of.js'
import type { Verified } from '../verify/verified-claim.js'
import { nameThread } from './thread-watch.js'

/** What a user's own code has got wrong; the class of an error would be lost between threads. */
export interface Refused {
  readonly problems: readonly Problem[]
}

/** What a worker thread of the pool does with a task; `pulse`: of its watch. */
export default async function work({
  pulse,
  ...task
}: Task & { readonly pulse: SharedArrayBuffer }): Promise<
  ExploreTaskResult | Finding | About | Verified | Refused
> {
  nameThread(pulse, threadId)
  showPulse(pulse)
  try {
    return await done(task)
  } catch (error) {
    const told = asUsageError(error)
    if (told instanceof UsageError) return { problems: told.problems }
    throw error
  } finally {
    rest()
  }
}

function done(task: Task): Promise<ExploreTaskResult | Finding | About | Verified> {
  if (task.kind === 'explore') return runExploreTask(task)
  if (task.kind === 'verify') return runVerifyTask(task)
  return task.kind === 'finding' ? runFindingTask(task) : runReadyTask(task)
}
