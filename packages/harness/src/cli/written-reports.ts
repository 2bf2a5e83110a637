import { accessSync, closeSync, constants, existsSync, openSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ExploreResult, Written } from '../explore/explore-result.js'
import { githubAnnotations, isOnGithub } from '../export/github.js'
import { junitXml } from '../export/junit.js'
import type { TestCase } from '../export/junit.js'
import { annotationOf, caseOf, caseOfSummary } from '../export/of-findings.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
import { print } from './output.js'

/** What a build server is told besides the report. */
export interface CiChoices {
  /** Path of a JUnit file. */
  readonly junit: string | undefined
  /** Annotations for GitHub Actions. */
  readonly github: boolean
}

export const NO_CI: CiChoices = { junit: undefined, github: false }
/** What `--junit` does, for help texts. */
export const JUNIT = 'write the outcome as JUnit XML, for build servers'

export function ciChoices({
  junit,
  github,
}: {
  readonly junit?: string
  readonly github?: boolean
}): CiChoices {
  return { junit, github: github ?? isOnGithub() }
}

/** Tells build servers what an exploration has found. Throws UsageError if the file cannot be written. */
export async function reportToCi(
  result: ExploreResult,
  written: readonly Written[],
  { junit, github }: CiChoices,
): Promise<void> {
  const unwritten = result.findings.filter(({ schedule }) => schedule === '')
  if (junit !== undefined) {
    const found = [
      ...unwritten.map((each) => caseOfSummary(result.subject, each)),
      ...written.map(({ finding }) => caseOf(finding)),
    ]
    const { subject, executions, seconds } = result
    const clean = {
      suite: `explore ${subject}`,
      name: `${executions} executions`,
      seconds,
      ...unfinished(result),
    }
    writeJunit(junit, found.length === 0 ? [clean] : found)
  }
  if (!github || result.findings.length === 0) return
  const annotations = [
    ...unwritten.map(({ verdict, message }) => ({ title: `${verdict} in ${result.subject}`, message })),
    ...written.map(({ finding }) => annotationOf(finding)),
  ]
  await print(githubAnnotations(annotations))
}

/** Executions none of which came to its end are no test that was passed. */
function unfinished({ inconclusive }: ExploreResult): Pick<TestCase, 'failure'> {
  const message = 'no execution came to its end: this is no verdict'
  return inconclusive ? { failure: { type: 'stepLimit', message, text: message } } : {}
}

/** Throws UsageError if the file cannot be written. */
export function writeJunit(file: string, cases: readonly TestCase[]): void {
  writeText('--junit', file, junitXml(cases))
}

/** Writes the page that `--report` asks for; it is made, and what draws it loaded, only then. Throws UsageError if the file cannot be written. */
export async function writeReport(file: string | undefined, made: () => Promise<string>): Promise<void> {
  if (file !== undefined) writeText('--report', file, await made())
}

/** Refuses, before anything runs, a file that cannot be written. Throws UsageError. */
export function checkWritable(option: string, file: string | undefined): void {
  if (file === undefined) return
  try {
    closeSync(openSync(file, 'a'))
  } catch (error) {
    throw unwritable(option, file, error)
  }
}

/** Refuses, before anything runs, a folder that cannot be made or written to. It is not made yet. Throws UsageError. */
export function checkFolder(option: string, folder: string): void {
  let above = resolve(folder)
  while (!existsSync(above)) above = dirname(above)
  const problem = statSync(above).isDirectory() ? undefined : `${above} is none`
  try {
    accessSync(above, constants.W_OK)
    if (problem === undefined) return
  } catch (error) {
    const allowed = `a folder that can be written to: ${(error as Error).message}`
    throw new UsageError([notAllowed(option, folder, allowed)])
  }
  throw new UsageError([notAllowed(option, folder, `a folder: ${problem}`)])
}

function unwritable(option: string, file: string, error: unknown): UsageError {
  return new UsageError([notAllowed(option, file, `a file that can be written: ${(error as Error).message}`)])
}

/** Writes what an option asks for. Throws UsageError if the file cannot be written. */
export function writeText(option: string, file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw unwritable(option, file, error)
  }
}
