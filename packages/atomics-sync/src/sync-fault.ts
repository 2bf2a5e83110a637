/**
 * What can be wrong with how a program synchronises, by name: the words that all who watch programs share. A race; a field touched without its lock;
 * locks taken in a cycle; a cycle of waits; a wake-up before its sleep; running in a circle; a touch of what was freed.
 */
export type SyncFault =
  | 'race'
  | 'guardedBy'
  | 'lockOrder'
  | 'deadlock'
  | 'lostWakeup'
  | 'livelock'
  | 'useAfterFree'
