import { basename, relative, resolve, sep } from 'node:path'
import { mechanical } from '@holdfast/compiler'
import { isSourceOf, OF_PACKAGES } from '../../packages.js'
import { UsageError } from '../../scenario/problem.js'
import type { Unrepeatable } from '../explore-result.js'
import { Hang } from './thread-watch.js'
import type { ThreadPlace } from './thread-place.js'

/** Whose fault it is that an exploration was ended before its time. */
export interface Stopped {
  /** Of what is explored. */
  readonly fault: Unrepeatable | undefined
  /** Of a checker or strategy of the user's own. */
  readonly error: UsageError | undefined
}

/** `own`: the files of the user's own checkers and strategy. */
export function tellStopped(stopped: Hang | UsageError | undefined, own: readonly string[]): Stopped {
  if (!(stopped instanceof Hang)) return { fault: undefined, error: stopped }
  const { places, seconds } = stopped
  const inOwn = own.find((file) => places.some((place) => place.file === resolve(file)))
  const [place] = places
  const where = place === undefined ? '' : `, in ${placeText(place)}`
  const message = `no operation for ${seconds} s: there is a loop without any${where}`
  if (inOwn !== undefined)
    return { fault: undefined, error: new UsageError([{ path: inOwn, message: `does not return${where}` }]) }
  return { fault: { verdict: 'livelock', message, sites: places.map(siteOf) }, error: undefined }
}

/** What a user has written to make something of, and not for the explorer to run, does not end. */
export function neverLoaded({ places: [place], seconds }: Hang): UsageError {
  const where = place === undefined ? '' : `, in ${placeText(place)}`
  return new UsageError([
    {
      path: place === undefined ? '' : shown(place.file),
      message: `does not come to its end when it is loaded: ${seconds} s went by${where}`,
    },
  ])
}

/** `spin (./loop.ts:5)`, or `uvm_lwp_rele (hold.ts:32)`. */
function placeText(place: ThreadPlace): string {
  const { file, line } = place
  const name = nameOf(place)
  const at = `${isOfKernel(place) ? basename(file) : shown(file)}:${line}`
  return name === '' ? at : `${name} (${at})`
}

function siteOf(place: ThreadPlace): string {
  const { file, line } = place
  const name = nameOf(place)
  return `${shown(file)}:${line}${name === '' ? '' : ` (${name})`}`
}

function nameOf(place: ThreadPlace): string {
  return isOfKernel(place) ? mechanical(place.function) : place.function
}

function isOfKernel({ file }: ThreadPlace): boolean {
  return isSourceOf(['atomics-sync', 'mm', 'kernel', 'cpu'], file)
}

/** As sites name it: sources of the packages from the repository, others from here. */
function shown(file: string): string {
  const [folder, name] = Object.entries(OF_PACKAGES.reportAs).find(([at]) => file.startsWith(at + sep)) ?? []
  if (folder !== undefined && name !== undefined) return name + file.slice(folder.length)
  const from = relative(process.cwd(), file)
  return from.startsWith('..') ? file : from
}
