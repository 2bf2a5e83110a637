import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { Terminal } from '../testing/terminal.js'

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const COLUMNS = 100
const ROWS = 30
const DEADLINE_MS = 30_000
const hasScript = spawnSync('script', ['--version']).status === 0

const dir = mkdtempSync(join(tmpdir(), 'holdfast-live-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** Runs the command line in a pseudo terminal; Ctrl-C is typed when `interruptAt` is seen. */
function inTerminal(args: string, interruptAt?: string): Promise<{ output: string; code: number | null }> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NO_COLOR'))
  const command = `stty rows ${ROWS} cols ${COLUMNS}; exec '${process.execPath}' '${BIN}' ${args}`
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: dir,
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
    env: { ...env, TERM: 'xterm' },
  })
  let output = ''
  let typed = false
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
    if (typed || interruptAt === undefined || !output.includes(interruptAt)) return
    typed = true
    child.stdin.write('\u0003')
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ output, code }))
  })
}

/** What is left on the screen, without the ^C that the terminal echoes. */
function leftOf(output: string): string {
  const terminal = new Terminal(COLUMNS, ROWS)
  terminal.write(output.replaceAll('^C', ''))
  return terminal.text()
}

test.skipIf(!hasScript)(
  'run shows its CPUs, pages and locks in one place, and leaves the report (needs script(1))',
  async () => {
    const { output, code } = await inTerminal('run memory-pressure --cpus 2 --seconds 4')
    expect(code).toBe(0)
    const views = output.split('CPU  LWP').length - 1
    expect(views).toBeGreaterThan(1) // a host that is busy leaves little time to draw
    for (const text of ['Free pages', 'the pagedaemon wakes below', 'Found       nothing so far'])
      expect(output).toContain(text)
    expect(output).toMatch(/CPU {2}LWP +State +IPL +Pending +Operations\/s +Switches\/s/)
    expect(output).toMatch(/ 1 {2}\S+ +(idle|user|kernel) +(none|sched) /)
    expect(output).toMatch(/Locks +\w+ +held \d+%/)
    const left = leftOf(output)
    expect(left).toMatch(/^memory-pressure: 2 CPUs/)
    for (const text of ['CPU  LWP', 'so far']) expect(left).not.toContain(text)
    expect(left).toContain('Nothing found; invariants checked')
  },
)

test.skipIf(!hasScript)(
  'Ctrl-C takes the view away and leaves the report of what ran (needs script(1))',
  async () => {
    const { output } = await inTerminal('run memory-pressure --cpus 2 --seconds 25', 'Free pages')
    const left = leftOf(output)
    expect(left).toMatch(/^memory-pressure: 2 CPUs/)
    expect(left).toContain('Interrupted before its time.')
    expect(left).not.toContain('so far')
    expect(output).not.toContain('\u001B[?25l')
  },
)

test.skipIf(!hasScript)(
  'explore shows a bar, executions, traces, points a second and depth (needs script(1))',
  async () => {
    const { output } = await inTerminal('explore program:lastzero --param n=14 --seconds 2')
    expect(output).toMatch(/\[#+-+\] +\d+% {2}[\d.]+ of 2 s/)
    expect(output).toMatch(/[\d,]+ executions, [\d,]+ traces, [\d,]+ points\/s, depth \d+/)
    expect(leftOf(output)).not.toContain('so far')
  },
)
