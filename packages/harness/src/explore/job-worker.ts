import type { Finding } from '@holdfast/explorer'
import { runExploreTask, runFindingTask, runReadyTask } from './job-tasks.js'
import type { ExploreTaskResult, Task } from './job-tasks.js'

/** What a worker thread of the pool does with a task. */
export default function work(task: Task): Promise<ExploreTaskResult | Finding | void> {
  switch (task.kind) {
    case 'explore':
      return runExploreTask(task)
    case 'finding':
      return runFindingTask(task)
    case 'ready':
      return runReadyTask(task)
  }
}
