import { CLAIMS } from '../explore/verify/verified.js'
import type { Verified } from '../explore/verify/verified-claim.js'
import { LiveCounts } from '../explore/campaign/job-counts.js'
import { Jobs } from '../explore/campaign/jobs.js'
import { tellStopped } from '../explore/campaign/stopped.js'
import { Hang } from '../explore/campaign/thread-watch.js'
import { claimText, verifyMarkdown, verifyReport } from '../explore/verify/verify-report.js'
import { bar } from '../report/bar.js'
import type { Claim } from '../explore/verify/verified-claim.js'
import { patchesApart } from '../explore/campaign/loads-apart.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { caseOfClaim } from '../export/of-claims.js'
import { checkWritable, writeJunit } from './written-reports.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { EXIT_FOUND, EXIT_OK } from './run-command.js'

export interface VerifyFlags {
  /** Those that take seconds. */
  readonly quick?: boolean
  /** Instead of the correction that the claim is about. */
  readonly variant?: string
  readonly json?: boolean
  readonly markdown?: boolean
  readonly junit?: string
}

/** Looks into the claims of docs/verified.md, or one. Exit code: 0 all hold, and every planted fault is found; 1 otherwise. */
export async function verifyCommand(
  id: string | undefined,
  flags: VerifyFlags,
  signal: AbortSignal,
): Promise<number> {
  const wanted = await claimsOf(id, flags)
  checkWritable('--junit', flags.junit)
  const results: Verified[] = []
  const line = progressOn(process.stderr)
  const jobs = new Jobs(1)
  try {
    for (const claim of wanted) {
      const told = (executions: number): void => {
        const text = `${claim.id}: ${executions} executions`
        line.update(
          text,
          () =>
            `${bar(results.length / wanted.length)}  claim ${results.length + 1} of ${wanted.length}\n${text}`,
        )
      }
      const result = await lookInto(claim, flags.variant, { jobs, signal, told })
      if (result === undefined) break
      results.push(result)
    }
  } finally {
    await jobs.close()
  }
  line.done()
  if (results.length < wanted.length)
    process.stderr.write(
      `Interrupted: ${wanted.length - results.length} of ${wanted.length} claims were not looked into to the end.\n`,
    )
  if (flags.junit !== undefined) writeJunit(flags.junit, results.map(caseOfClaim))
  if (flags.json === true) await printJson({ command: 'verify', claims: results })
  else if (flags.markdown === true) await print(verifyMarkdown(results))
  else
    await print(
      id === undefined
        ? verifyReport(results)
        : `${claimText(id, flags.variant)}\n\n${verifyReport(results)}`,
    )
  return results.length === wanted.length && results.every(({ holds }) => holds) ? EXIT_OK : EXIT_FOUND
}

interface Looking {
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly told: (executions: number) => void
}

const TELL_MS = 150

/** In a thread, so that signals are heard meanwhile; undefined: it was interrupted. */
async function lookInto(
  { id }: Claim,
  variant: string | undefined,
  { jobs, signal, told }: Looking,
): Promise<Verified | undefined> {
  const counts = LiveCounts.of(1)
  const telling = setInterval(() => told(counts.sum().executions), TELL_MS)
  try {
    return await jobs.verify({ kind: 'verify', claim: id, variant, counts: counts.buffer }, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    if (error instanceof Hang) return hangs(id, error, counts.sum().executions)
    throw error
  } finally {
    clearInterval(telling)
  }
}

/** A claim does not hold where the kernel never comes to its next operation. */
function hangs(id: string, hang: Hang, executions: number): Verified {
  const { fault } = tellStopped(hang, [])
  const found = fault === undefined ? [] : [`${fault.verdict}: ${fault.message}`]
  const seconds = hang.seconds
  const claim = { executions, lastPass: 0, states: 0, seconds, complete: false, bound: 'nothing', found }
  return { id, claim, planted: [], holds: false }
}

/** Throws UsageError. */
async function claimsOf(id: string | undefined, { quick, variant }: VerifyFlags): Promise<Claim[]> {
  const wanted = CLAIMS.filter((claim) =>
    id === undefined ? quick !== true || claim.quick === true : claim.id === id,
  )
  if (wanted.length === 0)
    throw new UsageError([notAllowed('claim', id ?? '', choices(CLAIMS.map((claim) => claim.id)))])
  if (variant === undefined) return wanted
  const [claim] = wanted
  if (id === undefined || claim?.variant === undefined) {
    const corrected = CLAIMS.filter((each) => each.variant !== undefined).map((each) => each.id)
    throw new UsageError([
      notAllowed('--variant', variant, `it is for a claim about a correction: ${choices(corrected)}`),
    ])
  }
  try {
    await patchesApart(variant)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError([{ path: '--variant', message: (error as Error).message }])
  }
  return [{ ...claim, variant }]
}
