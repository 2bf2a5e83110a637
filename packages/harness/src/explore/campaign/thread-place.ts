import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'

/** Where a thread is in a source file, by the source map of what was compiled from it. */
export interface ThreadPlace {
  /** Absolute path. */
  readonly file: string
  readonly line: number
  /** The function; '' if it has no name. */
  readonly function: string
}

/** A frame as the inspector tells it: line and column from 0. */
interface Frame {
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
}

const PATIENCE_MS = 5_000

/**
 * Where the thread of that number is now, innermost first: of the code that was compiled for exploring alone. Stops it for a moment: by the inspector,
 * which can do so in the middle of a loop. Empty if that could not be found out. To be called on the main thread.
 */
export async function placesOfThread(threadId: number): Promise<ThreadPlace[]> {
  try {
    const { frames, urls } = await pausedFrames(threadId)
    return frames.flatMap((frame) => placeOf(frame, urls.get(frame.location.scriptId) ?? ''))
  } catch {
    return [] // no inspector in this build of Node, or not on this thread
  }
}

/** What is used of what it tells of a worker; of each method some. */
interface FromWorker {
  readonly method: string
  readonly params: { readonly callFrames: Frame[]; readonly scriptId: string; readonly url: string }
}

interface Paused {
  readonly frames: Frame[]
  /** Of scripts, by id. */
  readonly urls: ReadonlyMap<string, string>
}

function pausedFrames(threadId: number): Promise<Paused> {
  const urls = new Map<string, string>()
  const session = new Session()
  session.connect()
  return new Promise((done) => {
    let attached = ''
    const send = (method: string): void => {
      const message = JSON.stringify({ id: 1, method })
      session.post('NodeWorker.sendMessageToWorker', { sessionId: attached, message })
    }
    const end = (frames: Frame[]): void => {
      clearTimeout(timer)
      if (attached !== '') {
        send('Debugger.disable') // a thread that stands still cannot be ended
        session.post('NodeWorker.detach', { sessionId: attached })
      }
      session.post('NodeWorker.disable', () => session.disconnect())
      done({ frames, urls })
    }
    const timer = setTimeout(() => end([]), PATIENCE_MS)
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (!workerInfo.title.includes(`[worker ${threadId}]`)) return // its id is another
      attached = sessionId
      send('Debugger.enable')
      send('Debugger.pause')
    })
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
      if (sessionId !== attached) return
      const { method, params } = JSON.parse(message) as FromWorker
      if (method === 'Debugger.scriptParsed') urls.set(params.scriptId, params.url)
      else if (method === 'Debugger.paused') end(params.callFrames)
    })
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  })
}

/** Compiled for exploring is what lies in a cache of ours; the explorer itself does not. */
const BUNDLE = /^file:.*[/\\](?:holdfast|\.holdfast)[^/\\]*[/\\][\w-]+\.mjs$/

function placeOf({ functionName, location }: Frame, url: string): ThreadPlace[] {
  if (!BUNDLE.test(url)) return []
  const path = fileURLToPath(url)
  const map = new TraceMap(readFileSync(`${path}.map`, 'utf8'))
  const { source, line } = originalPositionFor(map, {
    line: location.lineNumber + 1,
    column: location.columnNumber,
  })
  if (source === null) return []
  const file = source.startsWith('file:') ? fileURLToPath(source) : resolve(dirname(path), source)
  return [{ file, line, function: functionName.replace(/\$\d+$/, '') }]
}
