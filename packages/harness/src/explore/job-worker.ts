import type { Finding } from '@holdfast/explorer'
import { runExploreTask, runFindingTask, runReadyTask } from './job-tasks.js'
import type { About, ExploreTaskResult, Task } from './job-tasks.js'

/** What a worker thread of the pool does with a task. */
export default function work(task: Task): Promise<ExploreTaskResult | Finding | About> {
  if (task.kind === 'explore') return runExploreTask(task)
  return task.kind === 'finding' ? runFindingTask(task) : runReadyTask(task)
}
